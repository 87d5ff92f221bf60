package dev.leat.gateway.pipeline;

import java.util.List;

/**
 * The steps that requests take, in order. Safe for several threads; what it costs a request is one
 * call for each step.
 *
 * @param <E> the exchanges that take them
 */
public final class Pipeline<E extends Exchange> {
  private final List<NamedStep<E>> named;
  private final List<Step<? super E>> steps;

  public Pipeline(List<NamedStep<E>> steps) {
    this.named = List.copyOf(steps);
    this.steps = steps.stream().<Step<? super E>>map(NamedStep::step).toList();
  }

  public List<NamedStep<E>> steps() {
    return named;
  }

  /**
   * Takes the steps that come next for this exchange, up to one that waits or answers. A client
   * that has gone meanwhile ends it. Called on the event loop of the request.
   */
  public void goOn(E exchange) {
    try {
      if (exchange.isGone()) {
        exchange.giveBack();
        return;
      }
      Next next;
      do {
        next = steps.get(exchange.advance()).take(exchange);
      } while (next == Next.GO_ON);
    } catch (RuntimeException | Error e) {
      exchange.fail(e);
    }
  }
}
