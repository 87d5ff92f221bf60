package dev.leat.gateway.invocation;

import dev.leat.contract.TenantId;
import dev.leat.gateway.http.BodyReader;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import dev.leat.tenants.Tenants;

/**
 * Goes on only when the function's tenant is still there, and not suspended, now that the body has
 * come: clients could else keep calls for after its end, whose records the next tenant of its name
 * would find.
 */
final class RequireTenantStill implements Step<InvocationExchange> {
  private final Tenants tenants;

  RequireTenantStill(Tenants tenants) {
    this.tenants = tenants;
  }

  @Override
  public Next take(InvocationExchange exchange) {
    if (!BodyReader.isExpected(exchange.request())) {
      return Next.GO_ON; // nothing was waited for
    }
    TenantId tenant = exchange.called().version().function().tenant();
    if (!tenants.exists(tenant)) {
      return RequireFunction.refuse(exchange, "");
    }
    return tenants.isSuspended(tenant) ? exchange.refuse(Tenants.suspended(tenant)) : Next.GO_ON;
  }
}
