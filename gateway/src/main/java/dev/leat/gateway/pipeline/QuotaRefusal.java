package dev.leat.gateway.pipeline;

import dev.leat.contract.ProblemCode;
import dev.leat.tenants.Admission;
import io.vertx.core.http.HttpServerResponse;

/** The answer to whom a quota turns away, with its fields. */
public final class QuotaRefusal {
  private QuotaRefusal() {}

  public static Next refuse(Exchange exchange, Admission.Rejected rejected) {
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
