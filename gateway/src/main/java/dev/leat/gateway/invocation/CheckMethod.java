package dev.leat.gateway.invocation;

import dev.leat.contract.Excerpt;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import dev.leat.registry.route.Route.Target;
import java.util.Set;

/** Refuses the methods that the function does not answer. */
final class CheckMethod implements Step<InvocationExchange> {
  @Override
  public Next take(InvocationExchange exchange) {
    Target called = exchange.called();
    Set<String> methods = called.spec().methods();
    String method = exchange.request().method().name();
    if (methods.isEmpty() || methods.contains(method)) {
      return Next.GO_ON;
    }
    String allowed = String.join(", ", methods);
    exchange.response().putHeader("allow", allowed);
    return exchange.refuse(
        ProblemCode.METHOD_NOT_ALLOWED,
        "Function '%s' answers %s, not %s."
            .formatted(called.version().function(), allowed, Excerpt.of(method)));
  }
}
