package dev.leat.gateway.invocation;

import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;

/** Waits until the event loop hands over what it has for functions, many requests at a time. */
final class LeaveEventLoop implements Step<InvocationExchange> {
  @Override
  public Next take(InvocationExchange exchange) {
    exchange.handover().leave(exchange);
    return Next.WAIT;
  }
}
