package dev.leat.worker;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.HostCalls;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.contract.trace.CallTrace;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes invocations from their arrival to their end: into the version's pool, until the module is
 * loaded, onto a guest thread, through an instance. Safe for several threads.
 */
final class Calls {
  private static final Logger LOG = LoggerFactory.getLogger(Calls.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final String STOPPING = "this worker is stopping";
  private static final String NO_THREAD = "too many invocations of the tenant wait for a thread";
  private static final String TOO_LATE = "its time was over when it came";
  private static final String LATE_THREAD = "no thread became free in time";
  private static final String STANDING = "more come than it can serve";

  private final Duration waitMax;
  private final Pools pools;
  private final ModuleCache modules;
  private final GuestThreads threads;
  private final GuestFactory guests;
  private volatile boolean closed;

  /**
   * @param waitMax how long a call may wait until a thread begins it
   */
  Calls(
      Duration waitMax,
      Pools pools,
      ModuleCache modules,
      GuestThreads threads,
      GuestFactory guests) {
    this.waitMax = waitMax;
    this.pools = pools;
    this.modules = modules;
    this.threads = threads;
    this.guests = guests;
  }

  /** As {@link dev.leat.contract.Invoker#invoke}. */
  void begin(Invocation invocation, Invoker.Callback callback) {
    new Call(invocation, callback, pools.of(invocation.target())).enter();
  }

  /** Ends the calls that have waited for too long. To be called every now and then. */
  void sweep(long nowNanos) {
    for (InstancePool pool : pools.all()) {
      pool.waiting()
          .forEach(job -> ((Call) job).endIfLate(nowNanos, "no instance became free in time"));
    }
    modules
        .waiting()
        .forEach(
            waiter -> ((Call) waiter).endIfLate(nowNanos, "its module was not loaded in time"));
    for (Runnable job : threads.waiting()) {
      if (job instanceof Call call) { // and no trial, whose own thread waits for it
        call.endIfLate(nowNanos, LATE_THREAD);
      }
    }
  }

  /**
   * Ends the calls that have waited for too long in queues that stand. To be called every {@link
   * Backlog#LOOK_EVERY}.
   */
  void shed(long nowNanos) {
    for (InstancePool pool : pools.all()) {
      pool.shed(nowNanos).forEach(job -> ((Call) job).refuse(STANDING));
    }
    for (InstancePool.Job job : threads.shed(nowNanos)) {
      Call call = (Call) job;
      call.refuse(STANDING);
      call.leave(); // whoever takes it out of a queue with a place gives that back
    }
  }

  /** Takes no more, and ends those that wait for a module, which may take long to come. */
  void close() {
    closed = true;
    modules.waiting().forEach(waiter -> ((Call) waiter).tooLate(STOPPING));
  }

  private enum Stage {
    WAITING,
    BEGUN,
    ENDED_WAITING
  }

  /**
   * An invocation on its way: into its pool, until its module is loaded, onto a guest thread. It
   * ends once, whatever happens: whoever settles it first ends it, be it the guest thread that
   * begins it, the one who gives it up, the sweep, or what stands in its way.
   *
   * <p>Its place in the pool is given back by whoever has it in hand: who takes it out of what it
   * waits in, or else who was moving it on and finds it settled. So each step looks at that after
   * it has put the call into the next queue.
   */
  private final class Call implements InstancePool.Job, ModuleCache.Waiter, Runnable {
    private final Invocation invocation;
    private final Invoker.Callback callback;
    private final Runnable whenCancelled = this::cancelled;
    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITING);
    private final long arrivedNanos = System.nanoTime();

    /** What it may wait altogether: less than others when its deadline is near. */
    private final long waitNanos;

    private volatile InstancePool pool;
    private volatile @Nullable CompletableFuture<LoadedModule> loading;

    /** Written before it is handed on, to who loads and then to a guest thread. */
    private long loadingSinceNanos;

    private long loadNanos;

    Call(Invocation invocation, Invoker.Callback callback, InstancePool pool) {
      this.invocation = invocation;
      this.callback = callback;
      this.pool = pool;
      this.waitNanos = Math.min(waitMax.toNanos(), invocation.nanosLeft(arrivedNanos));
    }

    @Override
    public long arrivedNanos() {
      return arrivedNanos;
    }

    void enter() {
      if (closed) {
        refuse(STOPPING);
        return;
      }
      if (waitNanos <= 0) {
        refuse(TOO_LATE);
        return;
      }
      invocation.cancellation().onCancel(whenCancelled);
      enterPool();
    }

    private void enterPool() {
      switch (pool.enter(this)) {
        case RUNS -> {
          if (!dispatch()) {
            leave();
          }
        }
        case WAITS -> {
          if (hasEndedWaiting()) {
            var unused = pool.withdraw(this);
          }
        }
        case GONE -> {
          pool = pools.renewed(pool);
          enterPool();
        }
        case REFUSED -> refuse("too many invocations wait for an instance");
      }
    }

    /** True for the one that may begin or end it, once; nobody else will. */
    private boolean settle(Stage next) {
      if (!stage.compareAndSet(Stage.WAITING, next)) {
        return false;
      }
      invocation.cancellation().forget(whenCancelled);
      return true;
    }

    private boolean hasEndedWaiting() {
      return stage.get() == Stage.ENDED_WAITING;
    }

    private void cancelled() {
      endWaiting(new Outcome.Cancelled(Usage.NONE));
    }

    void tooLate(String why) {
      endWaiting(overload(why));
    }

    void endIfLate(long nowNanos, String why) {
      if (nowNanos - arrivedNanos > waitNanos) {
        tooLate(why);
      }
    }

    /** Ends it if no guest thread has begun it, and leaves no trace of it in what it waits in. */
    private void endWaiting(Outcome outcome) {
      if (!settle(Stage.ENDED_WAITING)) {
        return;
      }
      boolean hadPlace = !pool.withdraw(this) && withdraw();
      try {
        end(outcome);
      } finally {
        if (hadPlace) {
          leave();
        }
      }
    }

    /** Takes it out of what it waits in with a place in the pool; false if it is in none. */
    private boolean withdraw() {
      CompletableFuture<LoadedModule> load = loading;
      return (load != null && modules.withdraw(load, this)) || threads.withdraw(tenant(), this);
    }

    private TenantId tenant() {
      return invocation.target().function().tenant();
    }

    /** Sends the call on to a guest thread; false when it has ended instead. */
    private boolean dispatch() {
      if (closed) {
        refuse(STOPPING);
        return false;
      }
      CompletableFuture<LoadedModule> load;
      try {
        load = modules.module(tenant(), invocation.target().module());
      } catch (RejectedExecutionException e) {
        refuse(STOPPING);
        return false;
      }
      loading = load;
      if (!load.isDone()) {
        loadingSinceNanos = System.nanoTime();
      }
      if (modules.await(load, this)) {
        if (closed) {
          refuse(STOPPING); // who closed may not have seen it wait
        }
        return !(hasEndedWaiting() && modules.withdraw(load, this));
      }
      return dispatch(load);
    }

    @Override
    public void loaded(CompletableFuture<LoadedModule> load) {
      long nowNanos = System.nanoTime();
      loadNanos = nowNanos - loadingSinceNanos;
      CallTrace trace = invocation.trace();
      if (trace != null) {
        trace.loaded(loadingSinceNanos, nowNanos);
      }
      if (!dispatch(load)) {
        leave();
      }
    }

    private boolean dispatch(CompletableFuture<LoadedModule> loaded) {
      if (loaded.isCompletedExceptionally()) {
        unloadable(loaded.exceptionNow());
        return false;
      }
      if (!threads.execute(tenant(), this, pool.typicalNanos())) {
        refuse(NO_THREAD);
        return false;
      }
      return !(hasEndedWaiting() && threads.withdraw(tenant(), this));
    }

    private void unloadable(Throwable failure) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      if (cause instanceof CompilerBusy busy) {
        refuse(busy.reason());
        return;
      }
      if (cause instanceof ModuleUnavailable) {
        unavailable(cause);
        return;
      }
      if (cause instanceof ModuleTampered tampered) {
        if (settle(Stage.ENDED_WAITING)) {
          end(new Outcome.Tampered(tampered.reason()));
        }
        return;
      }
      LOG.warn(
          "A module cannot be loaded: function={} cause={}",
          invocation.target(),
          String.valueOf(cause));
      if (settle(Stage.ENDED_WAITING)) {
        end(
            new Outcome.Unrunnable(
                cause instanceof ModuleRefused refused
                    ? String.valueOf(refused.getMessage())
                    : "Its module cannot be loaded",
                Usage.NONE));
      }
    }

    private void unavailable(Throwable cause) {
      LOG.debug(
          "A module is unavailable function={} cause={}",
          invocation.target(),
          String.valueOf(cause.getCause()));
      if (settle(Stage.ENDED_WAITING)) {
        end(new Outcome.StoreUnavailable(ModuleUnavailable.REASON, RETRY_AFTER));
      }
    }

    /** Gives the place in the pool back without having run. */
    private void leave() {
      sendOn(pool.leave());
    }

    /** Sends a waiting call on in a place that was given back. */
    private void sendOn(InstancePool.@Nullable Job next) {
      while (next != null && !((Call) next).dispatch()) {
        next = pool.leave();
      }
    }

    private void refuse(String why) {
      if (settle(Stage.ENDED_WAITING)) {
        end(overload(why));
      }
    }

    private Outcome overload(String why) {
      return new Outcome.Overloaded(
          "Function '" + invocation.target().function() + "' is overloaded: " + why, RETRY_AFTER);
    }

    private void end(Outcome outcome) {
      try {
        callback.ended(outcome);
      } catch (RuntimeException e) {
        LOG.error("An invocation's end was not taken: request={}", invocation.id(), e);
      }
    }

    @Override
    public void run() {
      long startedNanos = System.nanoTime();
      Guest kept = null;
      try {
        kept = settle(Stage.BEGUN) ? recycled(call(startedNanos)) : null;
      } finally {
        sendOn(pool.leave(kept, startedNanos));
      }
    }

    /** The instance made ready for its next call, or null if there is to be none. */
    private @Nullable Guest recycled(@Nullable Guest guest) {
      if (guest == null) {
        return null;
      }
      boolean isReady = false;
      try {
        isReady = invocation.fixed() == null && guest.recycle();
      } finally {
        if (!isReady) {
          guest.close();
        }
      }
      return isReady ? guest : null;
    }

    /** Runs the call to its end; returns the guest that it ran on, to be used again. */
    private @Nullable Guest call(long startedNanos) {
      long queueNanos = startedNanos - arrivedNanos;
      if (invocation.cancellation().isCancelled()) {
        end(new Outcome.Cancelled(Usage.NONE)); // at the moment that a thread was there
        return null;
      }
      if (queueNanos > waitNanos) {
        end(overload(LATE_THREAD));
        return null;
      }
      if (!callback.begins()) {
        end(new Outcome.Cancelled(Usage.NONE)); // it was taken back
        return null;
      }
      // Fixed conditions hold from the start on, so no instance that is there will do.
      Guest guest = invocation.fixed() == null ? idle() : null;
      CpuTime time = new CpuTime(startedNanos);
      try {
        Usage.Acquire acquire = Usage.Acquire.COLD;
        if (guest == null) {
          threads.takesLong();
          time.measure();
          guest = newGuest();
        } else {
          acquire = guest.hasServed() ? Usage.Acquire.RESET : Usage.Acquire.WARM;
        }
        end(guest.run(invocation, acquire, queueNanos, loadNanos, time));
        return guest;
      } catch (GuestStopped stopped) {
        long nowNanos = System.nanoTime();
        long nanos = nowNanos - startedNanos;
        end(uninitialised(stopped, queueNanos, nanos, time.usedNanos(nowNanos)));
      } catch (RuntimeException | Error e) {
        LOG.error("An invocation failed: request={}", invocation.id(), e);
        end(new Outcome.Unrunnable("The worker failed to run it", Usage.NONE));
      }
      if (guest != null) {
        guest.close();
      }
      return null;
    }

    /** An idle instance that came up under the permissions of now, if there is one. */
    private @Nullable Guest idle() {
      Guest idle = pool.take();
      while (idle != null && idle.isOutdated()) {
        idle.close();
        idle = pool.take();
      }
      return idle;
    }

    private Guest newGuest() {
      FunctionVersion version = invocation.target();
      long now = System.nanoTime();
      long nanos = Math.min(version.limits().timeout().toNanos(), invocation.nanosLeft(now));
      GuestBudget budget =
          new GuestBudget(version.limits().fuel(), now + nanos, invocation.cancellation());
      return guests.create(version, loaded(), budget, invocation.fixed());
    }

    private Outcome uninitialised(
        GuestStopped stopped, long queueNanos, long nanos, long cpuNanos) {
      Usage usage =
          new Usage(
              0,
              stopped.fuelUsed(),
              0,
              Usage.Acquire.COLD,
              queueNanos,
              loadNanos,
              nanos,
              0,
              cpuNanos,
              HostCalls.NONE);
      return switch (stopped.reason()) {
        case CANCELLED -> new Outcome.Cancelled(usage);
        case NO_ROOM -> overload(stopped.detail());
        case DEADLINE_PASSED ->
            invocation.nanosLeft(System.nanoTime()) <= 0
                ? new Outcome.TimedOut(Duration.ofNanos(nanos), usage)
                : uninitialised(stopped, usage);
        case TRAPPED, STACK_EXHAUSTED, FUEL_EXHAUSTED, MEMORY_EXCEEDED, EXITED ->
            uninitialised(stopped, usage);
      };
    }

    private static Outcome uninitialised(GuestStopped stopped, Usage usage) {
      return new Outcome.Unrunnable("The function does not initialise: " + stopped.detail(), usage);
    }

    private LoadedModule loaded() {
      CompletableFuture<LoadedModule> loaded = loading;
      if (loaded == null) {
        throw new IllegalStateException("A call is dispatched only after its module is loaded");
      }
      return loaded.join();
    }
  }
}
