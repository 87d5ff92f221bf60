package dev.leat.gateway.invocation;

import dev.leat.contract.ProblemCode;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import dev.leat.tenants.Admission;
import dev.leat.tenants.QuotaGate;
import io.vertx.core.http.HttpServerResponse;

/** Lets the request in as far as its tenant's quotas allow. */
final class AdmitByQuota implements Step<InvocationExchange> {
  private final QuotaGate quotas;

  AdmitByQuota(QuotaGate quotas) {
    this.quotas = quotas;
  }

  @Override
  public Next take(InvocationExchange exchange) {
    return switch (quotas.admit(exchange.called().version().function())) {
      case Admission.Rejected rejected -> refuse(exchange, rejected);
      case Admission.Admitted admitted -> {
        exchange.place(admitted);
        yield Next.GO_ON;
      }
    };
  }

  private static Next refuse(InvocationExchange exchange, Admission.Rejected rejected) {
    HttpServerResponse response = exchange.response();
    RetryAfter.put(response, rejected.retryAfter());
    response.putHeader(
        "ratelimit-policy", "\"%s\";q=%d".formatted(rejected.quota(), rejected.limit()));
    response.putHeader(
        "ratelimit",
        "\"%s\";r=0;t=%d".formatted(rejected.quota(), RetryAfter.seconds(rejected.retryAfter())));
    return exchange.refuse(
        ProblemCode.QUOTA_EXCEEDED,
        "The tenant's quota '%s' of %d is used up. Try again later, or ask for a higher quota."
            .formatted(rejected.quota(), rejected.limit()));
  }
}
