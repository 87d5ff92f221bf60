package dev.leat.gateway.invocation;

import dev.leat.contract.Excerpt;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;

/** Goes on only when there is the version that was asked for. */
final class RequireFunction implements Step<InvocationExchange> {
  private static final int PATH_CHARS_MAX = 200;

  @Override
  public Next take(InvocationExchange exchange) {
    return exchange.target().called() == null ? refuseAsUnknown(exchange) : Next.GO_ON;
  }

  /** What whoever may see the tenant's functions is told when there is none of that name. */
  static Next refuseAsUnknown(InvocationExchange exchange) {
    return refuse(exchange, " 'leat list' shows those of the tenant.");
  }

  static Next refuse(InvocationExchange exchange, String hint) {
    return exchange.refuse(
        ProblemCode.FUNCTION_NOT_FOUND,
        "There is no function at '%s'.%s"
            .formatted(Excerpt.of(exchange.path(), PATH_CHARS_MAX), hint));
  }
}
