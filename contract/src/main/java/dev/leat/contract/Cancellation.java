package dev.leat.contract;

/**
 * Whether an invocation was given up, set once by one thread and polled by the one that runs it.
 */
public final class Cancellation {
  private volatile boolean cancelled;

  /** Gives the invocation up. Any thread; further calls do nothing. */
  public void cancel() {
    cancelled = true;
  }

  public boolean isCancelled() {
    return cancelled;
  }
}
