package dev.leat.gateway.invocation;

import dev.leat.contract.ProblemCode;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;

/** Goes on only when there is the version that was asked for. */
final class RequireFunction implements Step<InvocationExchange> {
  @Override
  public Next take(InvocationExchange exchange) {
    return exchange.target().called() == null
        ? refuse(exchange, " 'leat list' shows those of the tenant.")
        : Next.GO_ON;
  }

  static Next refuse(InvocationExchange exchange, String hint) {
    return exchange.refuse(
        ProblemCode.FUNCTION_NOT_FOUND,
        "There is no function at '%s'.%s".formatted(abbreviate(exchange.path()), hint));
  }

  static String abbreviate(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "...";
  }
}
