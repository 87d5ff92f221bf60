package dev.leat.worker.guest;

import dev.leat.contract.TenantId;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.StackRoom;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps long-running guests from filling all processors. A call that runs longer than most runs on
 * only in turns: as many as there are turns run at once, the others wait in line, one of each
 * tenant by turns, and one that has had the processor for a while goes to the line's end. Short
 * calls never wait, so they stay fast beside any number of endless loops (RATIONALE, "Why do long
 * calls take turns?"). What is prepared ahead of calls waits behind all of them, but not for ever.
 * Safe for several threads.
 */
public final class CpuTurns {
  /** What a call may run before it needs a turn: most calls are over by then. */
  private static final long FREE_NANOS = CpuTime.BRIEF_NANOS;

  /** How long a turn lasts while others wait. */
  private static final long TURN_NANOS = 1_000_000;

  /** What a preparation waits behind calls before it gets a turn all the same: one of twenty. */
  private static final Duration PREPARATION_PATIENCE = Duration.ofNanos(20 * TURN_NANOS);

  private final Places places;
  private final long patienceNanos;
  private final ReentrantLock lock = new ReentrantLock();

  /** Turns that nobody holds; with the lock held. While there are any, nobody waits. */
  private int free;

  /** Who waits; with the lock held. */
  private final WaitingLine<Waiter> calls = new WaitingLine<>();

  private final WaitingLine<Waiter> preparations = new WaitingLine<>();

  /** Whether anyone waits: read without the lock by those that hold a turn. */
  private volatile boolean isAwaited;

  /**
   * @param atOnce long calls that run at once, at least 1
   * @param places told what becomes of the calls that were thought brief
   */
  public CpuTurns(int atOnce, Places places) {
    this(atOnce, places, PREPARATION_PATIENCE);
  }

  CpuTurns(int atOnce, Places places, Duration preparationPatience) {
    this.free = atOnce;
    this.places = places;
    this.patienceNanos = preparationPatience.toNanos();
  }

  /** Leaves one processor to short calls and to the platform, where there is more than one. */
  public static int forCores(int cores) {
    return Math.max(1, cores - 1);
  }

  /** The places that calls have among those that run. Each method is called on a call's thread. */
  @FunctionalInterface
  public interface Places {
    /** It turns out not to be among the briefest. */
    void takesLong();

    /** It waits, for something other than the processor. */
    default void rests() {}

    /** It goes on. */
    default void resumes() {}
  }

  /** What a call that begins now waits for; confined to its thread. */
  Turn begin(TenantId tenant, GuestBudget budget) {
    CpuTime time = CpuTime.begin();
    return begin(tenant, budget, time, time.beganNanos());
  }

  /** A call whose time is counted; confined to its thread. */
  Turn begin(TenantId tenant, GuestBudget budget, CpuTime time, long nowNanos) {
    return new Turn(tenant, budget, time, nowNanos + FREE_NANOS, calls);
  }

  /** What is prepared ahead of calls: it needs a turn from its start. */
  Turn beginPreparation(TenantId tenant, GuestBudget budget) {
    CpuTime time = CpuTime.begin();
    return new Turn(tenant, budget, time, time.beganNanos(), preparations);
  }

  /** Those that wait for a turn. */
  int waiting() {
    lock.lock();
    try {
      return calls.size() + preparations.size();
    } finally {
      lock.unlock();
    }
  }

  /** One call's claim to the processor. */
  final class Turn implements GuestBudget.Pacer, AutoCloseable {
    private final TenantId tenant;
    private final GuestBudget budget;
    private final CpuTime time;
    private final long freeUntilNanos;
    private final WaitingLine<Waiter> line;
    private long sinceNanos;
    private boolean isHeld;

    private Turn(
        TenantId tenant,
        GuestBudget budget,
        CpuTime time,
        long freeUntilNanos,
        WaitingLine<Waiter> line) {
      this.tenant = tenant;
      this.budget = budget;
      this.time = time;
      this.freeUntilNanos = freeUntilNanos;
      this.line = line;
    }

    @Override
    public void pause() {
      places.takesLong();
      time.measure();
      long now = System.nanoTime();
      if (!isHeld) {
        if (now - freeUntilNanos > 0) {
          take();
        }
      } else if (isAwaited && now - sinceNanos > TURN_NANOS) {
        yieldToOthers();
      } else {
        Thread.yield(); // to whatever the kernel has queued behind it on this processor
      }
    }

    /** Takes a turn, or waits for one until the call is to end, which its budget then does. */
    private void take() {
      StackRoom.forALock();
      lock.lock();
      try {
        if (free > 0) {
          free--;
          isHeld = true;
        } else {
          isHeld = new Waiter().await(line, tenant, budget);
        }
      } finally {
        lock.unlock();
      }
      sinceNanos = System.nanoTime();
    }

    /** Lets another have it who is due, and waits for the next. */
    private void yieldToOthers() {
      StackRoom.forALock();
      lock.lock();
      try {
        Waiter next = due();
        if (next != null) {
          next.grant();
          isHeld = new Waiter().await(line, tenant, budget);
        }
      } finally {
        lock.unlock();
      }
      sinceNanos = System.nanoTime();
    }

    @Override
    public void rest() {
      places.rests();
      time.measure();
      close();
    }

    @Override
    public void resume() {
      places.resumes();
    }

    /** Passes the turn on. */
    @Override
    public void close() {
      if (isHeld) {
        StackRoom.forALock();
        isHeld = false;
        lock.lock();
        try {
          passOn();
        } finally {
          lock.unlock();
        }
      }
    }
  }

  private void passOn() {
    Waiter next = due();
    if (next == null) {
      next = preparations.poll();
    }
    if (next == null) {
      free++;
    } else {
      next.grant();
    }
  }

  /** Who gets a turn that another could go on with, taken out of its line; null if nobody. */
  private @Nullable Waiter due() {
    Waiter preparation = preparations.peek();
    boolean isLate =
        preparation != null && System.nanoTime() - preparation.sinceNanos > patienceNanos;
    return isLate ? preparations.poll() : calls.poll();
  }

  private void lineChanged() {
    isAwaited = !calls.isEmpty() || !preparations.isEmpty();
  }

  /** A place in a line. Used with the lock held. */
  private final class Waiter {
    private final Condition changed = lock.newCondition();
    private final long sinceNanos = System.nanoTime();
    private boolean isGranted;

    /** Waits for a turn; false when the call is to end before. */
    boolean await(WaitingLine<Waiter> line, TenantId tenant, GuestBudget budget) {
      Runnable whenCancelled = this::lookAgain;
      line.add(tenant, this);
      lineChanged();
      budget.cancellation().onCancel(whenCancelled);
      try {
        long left = budget.deadlineNanos() - System.nanoTime();
        while (!isGranted && left > 0 && !budget.cancellation().isCancelled()) {
          left = changed.awaitNanos(left);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      budget.cancellation().forget(whenCancelled);
      if (!isGranted) {
        line.remove(tenant, this);
        lineChanged();
      }
      return isGranted;
    }

    void grant() {
      isGranted = true;
      changed.signal();
      lineChanged();
    }

    private void lookAgain() {
      lock.lock();
      try {
        changed.signal();
      } finally {
        lock.unlock();
      }
    }
  }
}
