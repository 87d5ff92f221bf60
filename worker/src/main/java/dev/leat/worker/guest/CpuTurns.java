package dev.leat.worker.guest;

import dev.leat.engine.Budget;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Keeps long-running guests from filling all processors. A call that runs longer than most runs on
 * only in turns: as many as there are turns run at once, the others wait in line, and one that has
 * had the processor for a while goes to the line's end. Short calls never wait, so they stay fast
 * beside any number of endless loops (RATIONALE, "Why do long calls take turns?"). Safe for several
 * threads.
 */
public final class CpuTurns {
  /** What a call may run before it needs a turn: most calls are over by then. */
  private static final long FREE_NANOS = 250_000;

  /** How long a turn lasts while others wait. */
  private static final long TURN_NANOS = 1_000_000;

  /** How often a waiting call looks whether it was cancelled. */
  private static final long CANCELLATION_POLL_NANOS = 5_000_000;

  private final Semaphore turns;
  private final Runnable takesLong;

  /**
   * @param atOnce long calls that run at once, at least 1
   * @param takesLong told on a call's thread when it turns out not to be among the briefest
   */
  public CpuTurns(int atOnce, Runnable takesLong) {
    this.turns = new Semaphore(atOnce, true);
    this.takesLong = takesLong;
  }

  /** Leaves one processor to short calls and to the platform, where there is more than one. */
  public static int forCores(int cores) {
    return Math.max(1, cores - 1);
  }

  /** A call that begins now; confined to its thread. */
  Turn begin(Budget budget) {
    return begin(budget, System.nanoTime());
  }

  /** The same for who has just read the time. */
  Turn begin(Budget budget, long nowNanos) {
    return new Turn(budget, nowNanos);
  }

  /** One call's claim to the processor. */
  final class Turn implements Budget.Pacer, AutoCloseable {
    private final Budget budget;
    private final long startedNanos;
    private long sinceNanos;
    private boolean isHeld;

    private Turn(Budget budget, long startedNanos) {
      this.budget = budget;
      this.startedNanos = startedNanos;
    }

    @Override
    public void pause() {
      takesLong.run();
      long now = System.nanoTime();
      if (!isHeld) {
        if (now - startedNanos > FREE_NANOS) {
          await();
        }
      } else if (now - sinceNanos > TURN_NANOS && turns.hasQueuedThreads()) {
        close();
        await();
      } else {
        Thread.yield(); // to whatever the kernel has queued behind it on this processor
      }
    }

    /** Waits for a turn; gives up when the call is to end anyhow, which its budget then does. */
    private void await() {
      try {
        while (!isHeld && !budget.cancellation().isCancelled()) {
          long left = budget.deadlineNanos() - System.nanoTime();
          if (left <= 0) {
            return;
          }
          isHeld = turns.tryAcquire(Math.min(left, CANCELLATION_POLL_NANOS), TimeUnit.NANOSECONDS);
        }
        sinceNanos = System.nanoTime();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void rest() {
      takesLong.run();
      close();
    }

    /** Passes the turn on. */
    @Override
    public void close() {
      if (isHeld) {
        isHeld = false;
        turns.release();
      }
    }
  }
}
