package dev.leat.worker;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.engine.Budget;
import dev.leat.engine.CompilerBusy;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleLoader;
import dev.leat.engine.ModuleRefused;
import dev.leat.worker.capability.HostPowers;
import dev.leat.worker.guest.CpuTurns;
import dev.leat.worker.guest.Guest;
import dev.leat.worker.guest.GuestFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs invocations on this node. An invocation enters its function version's pool, waits for its
 * module and a guest thread, gets an instance, runs, and is answered; then the instance is put
 * back. Modules are compiled at the first need, once, on threads of their own. Safe for several
 * threads.
 */
public final class Worker implements Invoker, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final Duration SWEEP_EVERY = Duration.ofMillis(500);
  private static final Duration FORGET_AFTER = Duration.ofMinutes(1);
  private static final String NO_THREAD = "too many invocations of the tenant wait for a thread";
  private static final String LATE_THREAD = "no thread became free in time";

  private final WorkerConfig config;
  private final BiConsumer<Invocation, Outcome> executions;
  private final GuestFactory guests;
  private final GuestThreads threads;
  private final ScheduledExecutorService sweeping;
  private final ModuleCache modules;
  private final Map<FunctionVersion, InstancePool> pools = new ConcurrentHashMap<>();
  private final LongAdder preparedInstances = new LongAdder();
  private final LongAdder preparationFuel = new LongAdder();
  private volatile boolean closed;

  /**
   * @param executions told of the end of each invocation that came here; must not wait
   */
  public Worker(
      WorkerConfig config,
      ModuleLoader loader,
      ModuleSource source,
      HostPowers powers,
      BiConsumer<Invocation, Outcome> executions) {
    this.executions = executions;
    this.config = config;
    this.threads =
        new GuestThreads(
            config.guestThreads(), config.threadsPerTenant(), config.queuedPerTenant());
    this.guests =
        new GuestFactory(powers, new CpuTurns(config.longCallsAtOnce(), threads::takesLong));
    this.sweeping =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("pool-sweep").factory());
    this.modules = new ModuleCache(loader, source, config.loadedModuleBytes());
  }

  public void start() {
    threads.start();
    long every = SWEEP_EVERY.toMillis();
    var unused =
        sweeping.scheduleWithFixedDelay(this::sweepSafely, every, every, TimeUnit.MILLISECONDS);
  }

  @Override
  public void invoke(Invocation invocation, Consumer<Outcome> ended) {
    new PendingCall(invocation, recorded(invocation, ended), pool(invocation.target())).enter();
  }

  @Override
  public void together(Runnable invocations) {
    threads.together(invocations);
  }

  /** Answers the caller first, then tells whoever keeps records. */
  private Consumer<Outcome> recorded(Invocation invocation, Consumer<Outcome> ended) {
    return outcome -> {
      ended.accept(outcome);
      if (!(outcome instanceof Outcome.Overloaded)) {
        executions.accept(invocation, outcome);
      }
    };
  }

  /**
   * Loads the version's module and makes its {@code min} instances, at least one, before traffic
   * comes. The guest initialises itself on a guest thread, as it would for a call.
   *
   * @return completed when that is done; exceptionally when the version cannot be run
   */
  public CompletableFuture<Void> prewarm(FunctionVersion version) {
    pools.forEach((other, pool) -> {
      if (other.function().equals(version.function())) {
        pool.supersede(other.number() != version.number());
      }
    });
    InstancePool pool = pool(version); // now, so that a later version finds it to supersede
    return modules
        .module(version.module())
        .thenAcceptAsync(
            loaded -> {
              for (int i = pool.idleInstances(); i < Math.max(1, version.instances().min()); i++) {
                pool.give(prepared(version, loaded));
              }
            },
            job -> {
              if (!threads.execute(version.function().tenant(), job, InstancePool.UNKNOWN_NANOS)) {
                throw new RejectedExecutionException(NO_THREAD);
              }
            });
  }

  private Guest prepared(FunctionVersion version, LoadedModule loaded) {
    long fuel = 0;
    try {
      Guest guest = newGuest(version, loaded, new Cancellation(), null);
      fuel = guest.initFuel();
      preparedInstances.increment();
      return guest;
    } catch (GuestStopped stopped) {
      fuel = stopped.fuelUsed();
      throw stopped;
    } finally {
      preparationFuel.add(fuel);
      LOG.debug("An instance was initialised ahead version={} initFuel={}", version, fuel);
    }
  }

  /** Lets the idle instances of a version go that cannot be called any more. */
  public void deleted(FunctionVersion version) {
    InstancePool pool = pools.get(version);
    if (pool != null) {
      pool.delete();
    }
  }

  /**
   * Lets idle instances go, those that waited longest first, until they gave so many bytes back;
   * none if all of them together do not hold as many.
   */
  public void reclaim(long bytes) {
    if (pools.values().stream().mapToLong(InstancePool::idleBytes).sum() < bytes) {
      return; // what is missing is held by guests that run
    }
    long left = bytes;
    while (left > 0) {
      InstancePool longestIdle = null;
      for (InstancePool pool : pools.values()) {
        if (longestIdle == null || pool.idleSinceNanos() < longestIdle.idleSinceNanos()) {
          longestIdle = pool;
        }
      }
      if (longestIdle == null || longestIdle.idleSinceNanos() == Long.MAX_VALUE) {
        return;
      }
      left -= longestIdle.dropIdle();
    }
  }

  /** How the compiled modules that are kept have been used since the start. */
  public ModuleCacheUse moduleCacheUse() {
    return modules.use();
  }

  /** What was initialised ahead of invocations since the start, which bear none of it. */
  public Preparation preparation() {
    return new Preparation(preparedInstances.sum(), preparationFuel.sum());
  }

  /** Invocations that run at this moment. */
  public int runningInvocations() {
    return pools.values().stream().mapToInt(InstancePool::runningInvocations).sum();
  }

  /** Invocations that wait for an instance or a thread at this moment. */
  public int waitingInvocations() {
    return threads.waitingJobs()
        + pools.values().stream().mapToInt(InstancePool::waitingInvocations).sum();
  }

  /** Instances that are in a call, or being made for one, at this moment. */
  public int busyInstances() {
    return Math.max(0, runningInvocations() - threads.waitingJobs());
  }

  /** Instances that are kept idle at this moment. */
  public int idleInstances() {
    return pools.values().stream().mapToInt(InstancePool::idleInstances).sum();
  }

  private InstancePool pool(FunctionVersion version) {
    InstancePool pool = pools.get(version);
    return pool != null
        ? pool
        : pools.computeIfAbsent(
            version, missing -> new InstancePool(missing, config.waitersPerFunction()));
  }

  private Guest newGuest(
      FunctionVersion version,
      LoadedModule module,
      Cancellation cancellation,
      @Nullable FixedConditions fixed) {
    long deadline = System.nanoTime() + version.limits().timeout().toNanos();
    return guests.create(
        version, module, new Budget(version.limits().fuel(), deadline, cancellation), fixed);
  }

  private void sweepSafely() {
    try {
      sweep();
    } catch (RuntimeException | Error e) {
      LOG.error("A sweep of the pools failed; the next one comes", e); // else none would come
    }
  }

  private void sweep() {
    threads.relieve();
    long now = System.nanoTime();
    long arrivedBefore = now - config.waitMax().toNanos();
    for (InstancePool pool : pools.values()) {
      pool.reap(now);
      pool.waitingSince(arrivedBefore)
          .forEach(job -> ((PendingCall) job).tooLate("no instance became free in time"));
      if (pool.forget(now, FORGET_AFTER.toNanos())) {
        pools.remove(pool.version(), pool);
      }
    }
    for (ModuleCache.Waiter waiter : modules.waiting()) {
      if (waiter instanceof PendingCall call && call.arrivedNanos - arrivedBefore < 0) {
        call.tooLate("its module was not loaded in time");
      }
    }
    for (Runnable job : threads.waiting()) {
      if (job instanceof PendingCall call && call.arrivedNanos - arrivedBefore < 0) {
        call.tooLate(LATE_THREAD);
      }
    }
  }

  /** Lets running invocations end, answers the waiting ones as overloaded, then stops. */
  @Override
  public void close() {
    closed = true;
    sweeping.shutdownNow();
    modules.close();
    threads.close();
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
  private final class PendingCall implements InstancePool.Job, ModuleCache.Waiter, Runnable {
    private final Invocation invocation;
    private final Consumer<Outcome> ended;
    private final Runnable whenCancelled = this::cancelled;
    private final AtomicBoolean isSettled = new AtomicBoolean();
    private InstancePool pool;
    private final long arrivedNanos = System.nanoTime();
    private volatile @Nullable CompletableFuture<LoadedModule> loading;

    PendingCall(Invocation invocation, Consumer<Outcome> ended, InstancePool pool) {
      this.invocation = invocation;
      this.ended = ended;
      this.pool = pool;
    }

    @Override
    public long arrivedNanos() {
      return arrivedNanos;
    }

    void enter() {
      if (closed) {
        refuse("this worker is stopping");
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
          if (isSettled.get()) {
            var unused = pool.withdraw(this);
          }
        }
        case GONE -> {
          pools.remove(pool.version(), pool);
          pool = pool(invocation.target());
          enterPool();
        }
        case REFUSED -> refuse("too many invocations wait for an instance");
      }
    }

    /** True for the one that may end it, once; nobody else will. */
    private boolean settle() {
      if (!isSettled.compareAndSet(false, true)) {
        return false;
      }
      invocation.cancellation().forget(whenCancelled);
      return true;
    }

    private void cancelled() {
      endWaiting(new Outcome.Cancelled(Usage.NONE));
    }

    void tooLate(String why) {
      endWaiting(overload(why));
    }

    /** Ends it if no guest thread has begun it, and leaves no trace of it in what it waits in. */
    private void endWaiting(Outcome outcome) {
      if (!settle()) {
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
      CompletableFuture<LoadedModule> load;
      try {
        load = modules.module(invocation.target().module());
      } catch (RejectedExecutionException e) {
        refuse("this worker is stopping");
        return false;
      }
      loading = load;
      if (modules.await(load, this)) {
        return !(isSettled.get() && modules.withdraw(load, this));
      }
      return dispatch(load);
    }

    @Override
    public void loaded(CompletableFuture<LoadedModule> load) {
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
      return !(isSettled.get() && threads.withdraw(tenant(), this));
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
      LOG.warn(
          "A module cannot be loaded: function={} cause={}",
          invocation.target(),
          String.valueOf(cause));
      if (settle()) {
        end(
            new Outcome.Unrunnable(
                cause instanceof ModuleRefused refused
                    ? String.valueOf(refused.getMessage())
                    : "Its module cannot be loaded",
                Usage.NONE));
      }
    }

    /** Gives the place in the pool back without having run. */
    private void leave() {
      sendOn(pool.leave());
    }

    /** Sends a waiting call on in a place that was given back. */
    private void sendOn(InstancePool.@Nullable Job next) {
      while (next != null && !((PendingCall) next).dispatch()) {
        next = pool.leave();
      }
    }

    private void refuse(String why) {
      if (settle()) {
        end(overload(why));
      }
    }

    private Outcome overload(String why) {
      return new Outcome.Overloaded(
          "Function '%s' is overloaded: %s".formatted(invocation.target().function(), why),
          RETRY_AFTER);
    }

    private void end(Outcome outcome) {
      try {
        ended.accept(outcome);
      } catch (RuntimeException e) {
        LOG.error("An invocation's end was not taken: request={}", invocation.id(), e);
      }
    }

    @Override
    public void run() {
      long startedNanos = System.nanoTime();
      Guest kept = null;
      try {
        kept = settle() ? recycled(call(startedNanos)) : null;
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
      if (queueNanos > config.waitMax().toNanos()) {
        end(overload(LATE_THREAD));
        return null;
      }
      // Fixed conditions hold from the start on, so no instance that is there will do.
      Guest guest = invocation.fixed() == null ? pool.take() : null;
      try {
        Usage.Acquire acquire = Usage.Acquire.COLD;
        if (guest == null) {
          threads.takesLong();
          guest =
              newGuest(
                  invocation.target(), loaded(), invocation.cancellation(), invocation.fixed());
        } else {
          acquire = guest.hasServed() ? Usage.Acquire.RESET : Usage.Acquire.WARM;
        }
        end(guest.run(invocation, acquire, queueNanos, startedNanos));
        return guest;
      } catch (GuestStopped stopped) {
        end(uninitialised(stopped, queueNanos, System.nanoTime() - startedNanos));
      } catch (RuntimeException | Error e) {
        LOG.error("An invocation failed: request={}", invocation.id(), e);
        end(new Outcome.Unrunnable("The worker failed to run it", Usage.NONE));
      }
      if (guest != null) {
        guest.close();
      }
      return null;
    }

    private Outcome uninitialised(GuestStopped stopped, long queueNanos, long nanos) {
      Usage usage = new Usage(0, stopped.fuelUsed(), 0, Usage.Acquire.COLD, queueNanos, nanos, 0);
      return switch (stopped.reason()) {
        case CANCELLED -> new Outcome.Cancelled(usage);
        case NO_ROOM -> overload(stopped.detail());
        case TRAPPED, STACK_EXHAUSTED, FUEL_EXHAUSTED, MEMORY_EXCEEDED, DEADLINE_PASSED, EXITED ->
            new Outcome.Unrunnable("The function does not initialise: " + stopped.detail(), usage);
      };
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
