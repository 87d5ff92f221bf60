package dev.leat.gateway.invocation;

import dev.leat.contract.Invoker;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries steps between an event loop and the functions' threads, many at a time: what an event
 * loop has for them leaves together, once it has read what its connections had to be read, so that
 * whoever runs functions is woken once for all; what they have for it comes back as one task.
 */
final class Handover {
  private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

  private final Context context;
  private final Invoker invoker;
  private List<Runnable> leaving = new ArrayList<>();
  private final Queue<Runnable> returning = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean isReturnUnderWay = new AtomicBoolean();

  /**
   * @param context the event loop's
   * @param invoker whom steps that leave invoke
   */
  Handover(Context context, Invoker invoker) {
    this.context = context;
    this.invoker = invoker;
  }

  /**
   * Takes a step soon, still on the event loop, together with others that hand something over.
   * Called on the event loop.
   */
  void leave(Runnable step) {
    if (leaving.isEmpty()) {
      context.runOnContext(whenAllIsRead -> leaveTogether());
    }
    leaving.add(step);
  }

  private void leaveTogether() {
    List<Runnable> all = leaving;
    leaving = new ArrayList<>();
    invoker.together(() -> all.forEach(Handover::take));
  }

  /** Takes a step on the event loop. Called on any thread. */
  void comeBack(Runnable step) {
    returning.add(step);
    if (!isReturnUnderWay.get() && isReturnUnderWay.compareAndSet(false, true)) {
      context.runOnContext(onEventLoop -> comeBackTogether());
    }
  }

  private void comeBackTogether() {
    isReturnUnderWay.set(false); // first: a step that comes from now on asks for a task of its own
    Runnable step;
    while ((step = returning.poll()) != null) {
      take(step);
    }
  }

  /** What one step throws must not keep the others from being taken. */
  private static void take(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      LOG.error("A step between an event loop and the functions failed", e);
    }
  }
}
