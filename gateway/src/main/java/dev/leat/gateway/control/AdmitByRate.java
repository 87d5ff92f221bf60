package dev.leat.gateway.control;

import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.QuotaRefusal;
import dev.leat.gateway.pipeline.Step;
import dev.leat.tenants.Admission;
import dev.leat.tenants.Principal;
import dev.leat.tenants.QuotaGate;

/**
 * Lets requests in as fast as the quota of the caller's tenant allows. Whoever has no token counts
 * for no tenant, so strangers use up nobody's; and neither do operators, who must get through.
 */
final class AdmitByRate implements Step<ControlExchange> {
  private final QuotaGate quotas;

  AdmitByRate(QuotaGate quotas) {
    this.quotas = quotas;
  }

  @Override
  public Next take(ControlExchange exchange) {
    Principal caller = exchange.principal();
    if (caller == null || caller.tenant().isEmpty()) {
      return Next.GO_ON;
    }
    Admission.Rejected rejected = quotas.admitControl(caller.tenant().get());
    return rejected == null ? Next.GO_ON : QuotaRefusal.refuse(exchange, rejected);
  }
}
