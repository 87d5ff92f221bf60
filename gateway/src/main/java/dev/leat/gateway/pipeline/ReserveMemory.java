package dev.leat.gateway.pipeline;

import dev.leat.gateway.http.BodyMemory;

/** Opens the request's account of the memory for bodies, of its request and of its answer. */
public final class ReserveMemory implements Step<Exchange> {
  private final BodyMemory bodies;

  public ReserveMemory(BodyMemory bodies) {
    this.bodies = bodies;
  }

  @Override
  public Next take(Exchange exchange) {
    exchange.hold(exchange.reservation(bodies));
    return Next.GO_ON;
  }
}
