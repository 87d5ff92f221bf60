package dev.leat.scheduler;

import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Admits invocations up to a bound and hands them on: to the only worker, or in a cluster to the
 * {@link Dispatch} among several. While the node drains, new ones are refused and the admitted ones
 * end. Safe for several threads.
 */
public final class Scheduler implements Invoker {
  private static final VarHandle GIVEN_BACK = givenBack();

  /** Invocations admitted at once: each holds its request body, so this bounds their memory. */
  public static final int IN_FLIGHT_MAX = 10_000;

  static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  static final String LEAVING = "This node is shutting down; another will answer";
  private static final long DRAIN_POLL_NANOS = 1_000_000;

  private final Invoker worker;
  private final @Nullable Dispatch dispatch;
  private final int inFlightMax;
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile boolean draining;

  /** For a node that has one worker, its own, and knows of no other. */
  public Scheduler(Invoker worker, int inFlightMax) {
    this.worker = worker;
    this.dispatch = null;
    this.inFlightMax = inFlightMax;
  }

  /**
   * For a node of a cluster.
   *
   * @param unrecorded told of the endings that no worker can have recorded, after the caller; must
   *     not wait
   */
  public Scheduler(
      Workers workers,
      Assignments assignments,
      BiConsumer<Invocation, Outcome> unrecorded,
      int inFlightMax) {
    this.dispatch =
        new Dispatch(
            new Placement(
                workers, assignments, bound -> ThreadLocalRandom.current().nextInt(bound)),
            unrecorded);
    this.worker = dispatch;
    this.inFlightMax = inFlightMax;
  }

  @Override
  public void invoke(Invocation invocation, Callback callback) {
    if (inFlight.incrementAndGet() > inFlightMax || draining) {
      inFlight.decrementAndGet();
      callback.ended(new Outcome.Overloaded(refusal(), RETRY_AFTER));
      return;
    }
    Admitted admitted = new Admitted(callback);
    try {
      worker.invoke(invocation, admitted);
    } catch (RuntimeException | Error e) { // a defect, which must not cost the place for ever
      admitted.giveBack();
      throw e;
    }
  }

  private final class Admitted implements Callback {
    private final Callback callback;

    @SuppressWarnings("UnusedVariable") // it is read through GIVEN_BACK
    private boolean isGivenBack;

    Admitted(Callback callback) {
      this.callback = callback;
    }

    @Override
    public void ended(Outcome outcome) {
      try {
        callback.ended(outcome);
      } finally {
        // Last, so that whoever waits for the end of all finds the answers handed over.
        giveBack();
      }
    }

    /** Once, whatever a defect does. */
    void giveBack() {
      if (GIVEN_BACK.compareAndSet(this, false, true)) {
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

  private static VarHandle givenBack() {
    try {
      return MethodHandles.lookup().findVarHandle(Admitted.class, "isGivenBack", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private String refusal() {
    return draining ? LEAVING : "This node runs " + inFlightMax + " invocations already";
  }

  /** How calls were placed among several workers; a node with one places none. */
  public PlacementCounts placements() {
    return dispatch == null ? new PlacementCounts() : dispatch.counts;
  }

  /** Invocations admitted and not yet ended. */
  public int inFlight() {
    return inFlight.get();
  }

  /**
   * Gives new invocations to other nodes' workers, and to this node's own only while no other is
   * ready. The first phase of a drain; without effect where there is but one worker.
   */
  public void leaveOff() {
    if (dispatch != null) {
      dispatch.leaveOff();
    }
  }

  /**
   * Refuses new invocations and waits for the admitted ones.
   *
   * @return whether all ended in time
   */
  public boolean drain(Duration patience) {
    draining = true;
    return awaitNone(inFlight, patience);
  }

  /** Waits until none is in flight; returns whether that came about in time. */
  static boolean awaitNone(AtomicInteger inFlight, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (inFlight.get() > 0 && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(DRAIN_POLL_NANOS);
    }
    return inFlight.get() == 0;
  }
}
