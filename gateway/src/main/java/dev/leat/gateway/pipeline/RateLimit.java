package dev.leat.gateway.pipeline;

import dev.leat.tenants.Admission;
import dev.leat.tenants.QuotaLeft;
import dev.leat.tenants.QuotaPolicy;
import dev.leat.tenants.QuotaScope;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The {@code RateLimit} and {@code RateLimit-Policy} fields
 * (draft-ietf-httpapi-ratelimit-headers-10). A policy is named by its quota, and {@code function-}
 * before it where it is the function's own and not its tenant's.
 */
public final class RateLimit {
  /** The highest integer of a structured field (RFC 9651, 3.3.1). */
  private static final long INTEGER_MAX = 999_999_999_999_999L;

  private RateLimit() {}

  /** {@code RateLimit} of an answer that was let in. */
  public static String of(QuotaLeft left) {
    return item(left.isOfFunction(), left.quota(), left.left(), RetryAfter.seconds(left.resets()));
  }

  /** {@code RateLimit} of one that was turned away. */
  static String of(Admission.Rejected rejected) {
    return item(
        rejected.whose() instanceof QuotaScope.OfFunction,
        rejected.quota(),
        0,
        RetryAfter.seconds(rejected.retryAfter()));
  }

  private static String item(boolean isOfFunction, String quota, long left, long seconds) {
    return (isOfFunction ? "\"function-" : "\"")
        + quota
        + "\";r="
        + Math.min(left, INTEGER_MAX)
        + ";t="
        + seconds;
  }

  /** {@code RateLimit-Policy}. */
  static String of(List<QuotaPolicy> policies) {
    return policies.stream().map(RateLimit::policy).collect(Collectors.joining(", "));
  }

  private static String policy(QuotaPolicy policy) {
    return (policy.isOfFunction() ? "\"function-" : "\"")
        + policy.quota()
        + "\";q="
        + Math.min(policy.limit(), INTEGER_MAX)
        + unitAndWindow(policy.quota());
  }

  private static String unitAndWindow(String quota) {
    return switch (quota) {
      case "requests-per-second", "control-requests-per-second" -> ";w=1";
      case "concurrency" -> ";qu=\"concurrent-requests\"";
      case "fuel-per-hour" -> ";qu=\"fuel\";w=3600";
      case "cpu-seconds-per-hour" -> ";qu=\"cpu-seconds\";w=3600";
      case "memory-mb-hours" -> ";qu=\"mb-hours\";w=3600";
      default -> "";
    };
  }
}
