package dev.leat.gateway.invocation;

import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import dev.leat.registry.route.RoutingTable;

/**
 * Looks up what the path names. That there is no such function is told later, to whom it may be.
 */
final class FindFunction implements Step<InvocationExchange> {
  private final RoutingTable routes;

  FindFunction(RoutingTable routes) {
    this.routes = routes;
  }

  @Override
  public Next take(InvocationExchange exchange) {
    exchange.target(InvocationTarget.of(exchange.path(), exchange.request().headers(), routes));
    return Next.GO_ON;
  }
}
