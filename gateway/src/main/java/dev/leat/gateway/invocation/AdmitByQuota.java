package dev.leat.gateway.invocation;

import dev.leat.contract.FunctionRef;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.QuotaRefusal;
import dev.leat.gateway.pipeline.Step;
import dev.leat.tenants.Admission;
import dev.leat.tenants.QuotaGate;

/** Lets the request in as far as the quotas of its function and of its tenant allow. */
final class AdmitByQuota implements Step<InvocationExchange> {
  private final QuotaGate quotas;

  AdmitByQuota(QuotaGate quotas) {
    this.quotas = quotas;
  }

  @Override
  public Next take(InvocationExchange exchange) {
    FunctionRef function = exchange.called().version().function();
    return switch (quotas.admit(function)) {
      case Admission.Rejected rejected ->
          QuotaRefusal.refuse(exchange, rejected, quotas.policies(function));
      case Admission.Admitted admitted -> {
        exchange.place(admitted);
        yield Next.GO_ON;
      }
    };
  }
}
