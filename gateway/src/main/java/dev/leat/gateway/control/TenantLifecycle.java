package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.TenantId;
import dev.leat.invocations.ExecutionLog;
import dev.leat.registry.ForgetTenant;
import dev.leat.tenants.Tenant;
import dev.leat.tenants.Tenants;

/**
 * Makes and removes tenants with all that belongs to them. What a tenant has goes first, so that a
 * removal which is cut short can be asked for again; and once more when it has gone, since its
 * tokens could add to it until then. What a request in progress adds even later goes before a
 * tenant of the same name is made.
 */
final class TenantLifecycle {
  private final Tenants tenants;
  private final ForgetTenant forgetting;
  private final ExecutionLog executions;

  TenantLifecycle(Tenants tenants, ForgetTenant forgetting, ExecutionLog executions) {
    this.tenants = tenants;
    this.forgetting = forgetting;
    this.executions = executions;
  }

  synchronized Answer<Tenant> create(TenantId tenant) {
    if (!tenants.exists(tenant)) {
      forget(tenant);
    }
    return tenants.create(tenant);
  }

  synchronized Answer<Tenant> remove(TenantId tenant) {
    forget(tenant);
    Answer<Tenant> removed = tenants.delete(tenant);
    forget(tenant);
    return removed;
  }

  private void forget(TenantId tenant) {
    forgetting.forget(tenant);
    executions.forget(tenant);
  }
}
