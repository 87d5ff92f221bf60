package dev.leat.scheduler;

import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Admits invocations up to a bound and hands them to the local worker. While the node drains, new
 * ones are refused and the admitted ones end. Safe for several threads.
 */
public final class Scheduler implements Invoker {
  /** Invocations admitted at once: each holds its request body, so this bounds their memory. */
  public static final int IN_FLIGHT_MAX = 10_000;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final long DRAIN_POLL_NANOS = 1_000_000;

  private final Invoker worker;
  private final int inFlightMax;
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile boolean draining;

  public Scheduler(Invoker worker, int inFlightMax) {
    this.worker = worker;
    this.inFlightMax = inFlightMax;
  }

  @Override
  public void invoke(Invocation invocation, Callback callback) {
    if (inFlight.incrementAndGet() > inFlightMax || draining) {
      inFlight.decrementAndGet();
      callback.ended(new Outcome.Overloaded(refusal(), RETRY_AFTER));
      return;
    }
    worker.invoke(invocation, new Admitted(callback));
  }

  private final class Admitted implements Callback {
    private final Callback callback;

    Admitted(Callback callback) {
      this.callback = callback;
    }

    @Override
    public void ended(Outcome outcome) {
      try {
        callback.ended(outcome);
      } finally {
        // Last, so that whoever waits for the end of all finds the answers handed over.
        inFlight.decrementAndGet();
      }
    }

    @Override
    public boolean begins() {
      return callback.begins();
    }
  }

  @Override
  public void together(Runnable invocations) {
    worker.together(invocations);
  }

  private String refusal() {
    return draining
        ? "This node is shutting down; another will answer"
        : "This node runs " + inFlightMax + " invocations already";
  }

  /** Invocations admitted and not yet ended. */
  public int inFlight() {
    return inFlight.get();
  }

  /**
   * Refuses new invocations and waits for the admitted ones.
   *
   * @return whether all ended in time
   */
  public boolean drain(Duration patience) {
    draining = true;
    long deadline = System.nanoTime() + patience.toNanos();
    while (inFlight.get() > 0 && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(DRAIN_POLL_NANOS);
    }
    return inFlight.get() == 0;
  }
}
