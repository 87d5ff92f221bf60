package dev.leat.gateway.pipeline;

/**
 * One step of a request's way. There is one for all requests, so it keeps what is of one request in
 * the exchange; it runs on the request's event loop and never blocks. What it throws is a defect,
 * and is answered as one.
 *
 * @param <E> the exchanges that it can take
 */
@FunctionalInterface
public interface Step<E extends Exchange> {
  /** Takes the step, and says what comes after it. */
  Next take(E exchange);
}
