package dev.leat.contract;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether an invocation was given up: set once by any thread, polled by the one that runs it, told
 * to whoever has it in a queue. Safe for several threads.
 */
public final class Cancellation {
  private volatile boolean cancelled;
  private final List<Runnable> actions = new ArrayList<>(0); // seldom more than one at a time

  /** Gives the invocation up, and runs what waits for that. Further calls do nothing. */
  public void cancel() {
    List<Runnable> told;
    synchronized (this) {
      cancelled = true;
      told = List.copyOf(actions);
      actions.clear();
    }
    told.forEach(Runnable::run);
  }

  public boolean isCancelled() {
    return cancelled;
  }

  /**
   * Runs the action once when the invocation is given up, on the thread that does so; at once, on
   * this one, if it was already. Whoever no longer needs that calls {@link #forget}: until then the
   * action is kept, with all that it refers to.
   *
   * @param action brief; must not throw
   */
  public void onCancel(Runnable action) {
    synchronized (this) {
      if (!cancelled) {
        actions.add(action);
        return;
      }
    }
    action.run();
  }

  /**
   * Keeps the action, the same object, no more. It may be running at this moment if the invocation
   * is being given up.
   */
  public synchronized void forget(Runnable action) {
    actions.remove(action);
  }
}
