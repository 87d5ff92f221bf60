package dev.leat.gateway;

import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Hands an event loop's invocations on together, once it has read what its connections had to be
 * read: whoever runs them is then woken once for all of them. Confined to its event loop.
 */
final class Handover {
  private final Invoker invoker;
  private final Context context;
  private List<Ready> ready = new ArrayList<>();

  /**
   * @param context the event loop's
   */
  Handover(Invoker invoker, Context context) {
    this.invoker = invoker;
    this.context = context;
  }

  /**
   * Invokes soon.
   *
   * @param ended called on the event loop
   */
  void invoke(Invocation invocation, Consumer<Outcome> ended) {
    if (ready.isEmpty()) {
      context.runOnContext(whenAllIsRead -> handOver());
    }
    ready.add(
        new Ready(
            invocation, outcome -> context.runOnContext(onEventLoop -> ended.accept(outcome))));
  }

  private void handOver() {
    List<Ready> all = ready;
    ready = new ArrayList<>();
    for (Ready one : all) {
      invoker.invoke(one.invocation, one.ended);
    }
  }

  private record Ready(Invocation invocation, Consumer<Outcome> ended) {}
}
