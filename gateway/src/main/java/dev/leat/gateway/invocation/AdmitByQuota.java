package dev.leat.gateway.invocation;

import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.QuotaRefusal;
import dev.leat.gateway.pipeline.Step;
import dev.leat.tenants.Admission;
import dev.leat.tenants.QuotaGate;

/** Lets the request in as far as its tenant's quotas allow. */
final class AdmitByQuota implements Step<InvocationExchange> {
  private final QuotaGate quotas;

  AdmitByQuota(QuotaGate quotas) {
    this.quotas = quotas;
  }

  @Override
  public Next take(InvocationExchange exchange) {
    return switch (quotas.admit(exchange.called().version().function())) {
      case Admission.Rejected rejected -> QuotaRefusal.refuse(exchange, rejected);
      case Admission.Admitted admitted -> {
        exchange.place(admitted);
        yield Next.GO_ON;
      }
    };
  }
}
