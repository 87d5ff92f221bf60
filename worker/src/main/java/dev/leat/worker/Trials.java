package dev.leat.worker;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Limits;
import dev.leat.contract.TenantId;
import dev.leat.engine.CompilerBusy;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleRefused;
import dev.leat.engine.ModuleTampered;
import dev.leat.worker.guest.CpuTime;
import dev.leat.worker.guest.Guest;
import dev.leat.worker.guest.GuestFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Brings versions up once before they are deployed, each as its first call would: on a thread of
 * the tenant's share, in turns with other calls, within its own limits. One of a tenant at a time,
 * so that deploying takes no more of a node than a call does. Safe for several threads.
 */
final class Trials implements AutoCloseable {
  /** What it may wait until no other of the tenant's is under way: one that takes all its time. */
  private static final Duration TURN_PATIENCE = Worker.TRIAL_TIME_MAX;

  private static final String STOPPING = "this node is stopping";
  private static final String GIVEN_UP = "nobody waits for it any more";

  private final Duration waitMax;
  private final Pools pools;
  private final ModuleCache modules;
  private final GuestThreads threads;
  private final GuestFactory guests;
  private final Preparing preparing;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Who has a trial under way; with the lock held. */
  private final Map<TenantId, Attempt> underWay = new HashMap<>();

  private boolean closed;

  /**
   * @param waitMax what an attempt may wait for its module, and for a thread
   */
  Trials(
      Duration waitMax,
      Pools pools,
      ModuleCache modules,
      GuestThreads threads,
      GuestFactory guests,
      Preparing preparing) {
    this.waitMax = waitMax;
    this.pools = pools;
    this.modules = modules;
    this.threads = threads;
    this.guests = guests;
    this.preparing = preparing;
  }

  /** Blocks. */
  Trial attempt(FunctionVersion version, Cancellation cancellation) {
    Attempt attempt = new Attempt(version, cancellation);
    String refused = takeTurn(attempt);
    if (refused != null) {
      return new Trial.Busy(refused);
    }
    Runnable whenCancelled = () -> attempt.leave(GIVEN_UP);
    cancellation.onCancel(whenCancelled);
    try {
      return attempt.result();
    } finally {
      cancellation.forget(whenCancelled);
      endTurn(attempt);
    }
  }

  /** Ends the attempts of a tenant. */
  void forget(TenantId tenant) {
    Attempt attempt;
    lock.lock();
    try {
      attempt = underWay.get(tenant);
    } finally {
      lock.unlock();
    }
    if (attempt != null) {
      attempt.giveUp("its tenant was deleted");
    }
  }

  /** Attempts that have their tenant's turn. */
  int underWay() {
    lock.lock();
    try {
      return underWay.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    List<Attempt> attempts;
    lock.lock();
    try {
      closed = true;
      attempts = List.copyOf(underWay.values());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    attempts.forEach(attempt -> attempt.giveUp(STOPPING));
  }

  /** Waits until no other attempt of the tenant is under way; says why if it must not begin. */
  private @Nullable String takeTurn(Attempt attempt) {
    TenantId tenant = attempt.tenant();
    long left = TURN_PATIENCE.toNanos();
    lock.lock();
    try {
      while (underWay.containsKey(tenant) && !closed) {
        if (left <= 0) {
          return "other versions of the tenant are being brought up";
        }
        left = changed.awaitNanos(left);
      }
      if (closed) {
        return STOPPING;
      }
      underWay.put(tenant, attempt);
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return STOPPING;
    } finally {
      lock.unlock();
    }
  }

  private void endTurn(Attempt attempt) {
    lock.lock();
    try {
      underWay.remove(attempt.tenant());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** An instance that came up and is nobody's yet. */
  private final class Raised implements Trial.CameUp {
    private final FunctionVersion version;
    private @Nullable Guest guest;

    Raised(FunctionVersion version, Guest guest) {
      this.version = version;
      this.guest = guest;
    }

    @Override
    public void keep() {
      Guest raised = guest;
      if (raised != null && preparing.hasRoom(version.function().tenant())) {
        guest = null;
        preparing.countKept();
        pools.begin(version);
        pools.of(version).give(raised);
      }
    }

    @Override
    public void close() {
      if (guest != null) {
        guest.close();
        guest = null;
      }
    }
  }

  /** One instance that is to be made on a guest thread. */
  private final class Attempt implements Runnable {
    private final FunctionVersion version;
    private final Cancellation cancellation;
    private final AtomicBoolean isSettled = new AtomicBoolean();
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final CompletableFuture<Trial> ended = new CompletableFuture<>();
    private volatile @Nullable LoadedModule module;

    Attempt(FunctionVersion version, Cancellation cancellation) {
      this.version = version;
      this.cancellation = cancellation;
    }

    TenantId tenant() {
      return version.function().tenant();
    }

    /** Its guest is told to end, if there is one; else it never begins. */
    void giveUp(String why) {
      cancellation.cancel();
      leave(why);
    }

    /** Ends it if no thread has begun it. */
    void leave(String why) {
      if (isSettled.compareAndSet(false, true)) {
        threads.withdraw(tenant(), this);
        begun.complete(null);
        ended.complete(new Trial.Busy(why));
      }
    }

    Trial result() {
      try {
        module =
            modules.module(tenant(), version.module()).get(waitMax.toNanos(), TimeUnit.NANOSECONDS);
        if (!threads.execute(tenant(), this, InstancePool.UNKNOWN_NANOS)) {
          leave("too many invocations of the tenant wait for a thread");
        } else {
          begun.get(waitMax.toNanos(), TimeUnit.NANOSECONDS);
        }
      } catch (TimeoutException e) {
        leave("it was not its turn in time");
      } catch (ExecutionException e) {
        return unloadable(e.getCause());
      } catch (RejectedExecutionException e) {
        return new Trial.Busy(STOPPING);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        giveUp(STOPPING);
      }
      return ended.join(); // a guest ends with its budget
    }

    private static Trial unloadable(@Nullable Throwable cause) {
      return switch (cause) {
        case CompilerBusy busy -> new Trial.Busy(busy.reason());
        case ModuleUnavailable _ -> new Trial.Busy(ModuleUnavailable.REASON);
        case ModuleTampered tampered -> new Trial.Unloadable(tampered.reason());
        case ModuleRefused refused -> new Trial.Unloadable(String.valueOf(refused.getMessage()));
        case RuntimeException defect -> throw defect;
        case null, default -> throw new IllegalStateException("A module cannot be loaded", cause);
      };
    }

    @Override
    public void run() {
      if (!isSettled.compareAndSet(false, true)) {
        return;
      }
      begun.complete(null);
      threads.takesLong();
      try {
        ended.complete(broughtUp());
      } catch (RuntimeException | Error e) {
        ended.completeExceptionally(e);
      }
    }

    private Trial broughtUp() {
      long nanos = Math.min(version.limits().timeout().toNanos(), Worker.TRIAL_TIME_MAX.toNanos());
      CpuTime time = CpuTime.begin();
      time.measure();
      Limits limits = version.limits();
      GuestBudget budget = new GuestBudget(limits.fuel(), System.nanoTime() + nanos, cancellation);
      try {
        Guest guest = guests.create(version, loaded(), budget, null);
        preparing.count(guest.initFuel());
        return new Raised(version, guest);
      } catch (GuestStopped stopped) {
        preparing.count(stopped.fuelUsed());
        boolean isOurFault = time.usedNanos(System.nanoTime()) + stopped.restedNanos() < nanos / 2;
        return switch (stopped.reason()) {
          case CANCELLED -> new Trial.Busy(GIVEN_UP);
          case NO_ROOM -> new Trial.Busy(stopped.detail());
          case DEADLINE_PASSED ->
              isOurFault
                  ? new Trial.Busy("the node had too little time for it")
                  : new Trial.Stopped(stopped.reason(), stopped.detail());
          case TRAPPED, STACK_EXHAUSTED, FUEL_EXHAUSTED, MEMORY_EXCEEDED, EXITED ->
              new Trial.Stopped(stopped.reason(), stopped.detail());
        };
      }
    }

    private LoadedModule loaded() {
      LoadedModule loaded = module;
      if (loaded == null) {
        throw new IllegalStateException("An attempt is queued only after its module is loaded");
      }
      return loaded;
    }
  }
}
