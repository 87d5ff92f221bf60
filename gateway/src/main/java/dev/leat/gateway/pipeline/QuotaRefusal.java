package dev.leat.gateway.pipeline;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.ProblemCode;
import dev.leat.tenants.Admission;
import dev.leat.tenants.QuotaPolicy;
import dev.leat.tenants.QuotaScope;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;

/** The answer to whom a quota turns away, with its fields. */
public final class QuotaRefusal {
  private QuotaRefusal() {}

  /** Where the quota that is used up is the only one. */
  public static Next refuse(Exchange exchange, Admission.Rejected rejected) {
    boolean isOfFunction = rejected.whose() instanceof QuotaScope.OfFunction;
    return refuse(
        exchange,
        rejected,
        List.of(new QuotaPolicy(isOfFunction, rejected.quota(), rejected.limit())));
  }

  /**
   * @param policies all quotas that hold
   */
  public static Next refuse(
      Exchange exchange, Admission.Rejected rejected, List<QuotaPolicy> policies) {
    HttpServerResponse response = exchange.response();
    RetryAfter.put(response, rejected.retryAfter());
    response.putHeader("ratelimit-policy", RateLimit.of(policies));
    response.putHeader("ratelimit", RateLimit.of(rejected));
    return exchange.refuse(
        ProblemCode.QUOTA_EXCEEDED,
        "%s quota '%s' of %d is used up. Try again later, or ask for a higher quota."
            .formatted(
                rejected.whose() instanceof QuotaScope.OfFunction(FunctionRef function)
                    ? "Function '" + function + "': its"
                    : "The tenant's",
                rejected.quota(),
                rejected.limit()));
  }
}
