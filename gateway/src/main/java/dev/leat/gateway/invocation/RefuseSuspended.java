package dev.leat.gateway.invocation;

import dev.leat.contract.TenantId;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import dev.leat.tenants.Tenants;

/** Goes on only when the function's tenant is not suspended, whoever calls. */
final class RefuseSuspended implements Step<InvocationExchange> {
  private final Tenants tenants;

  RefuseSuspended(Tenants tenants) {
    this.tenants = tenants;
  }

  @Override
  public Next take(InvocationExchange exchange) {
    TenantId tenant = exchange.called().version().function().tenant();
    return tenants.isSuspended(tenant) ? exchange.refuse(Tenants.suspended(tenant)) : Next.GO_ON;
  }
}
