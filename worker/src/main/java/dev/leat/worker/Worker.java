package dev.leat.worker;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.leat.contract.Cancellation;
import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.engine.Budget;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleLoader;
import dev.leat.worker.capability.HostPowers;
import dev.leat.worker.guest.Guest;
import dev.leat.worker.guest.GuestFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs invocations on this node. An invocation enters its function version's pool, waits for a
 * guest thread, gets an instance, runs, and is answered; then the instance is put back. Modules are
 * compiled at the first need, once, on threads of their own. Safe for several threads.
 */
public final class Worker implements Invoker, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final Duration SWEEP_EVERY = Duration.ofMillis(500);
  private static final Duration FORGET_AFTER = Duration.ofMinutes(1);
  private static final int COMPILE_THREADS = 2;

  private final WorkerConfig config;
  private final ModuleLoader loader;
  private final ModuleSource source;
  private final InstantSource clock;
  private final Consumer<ExecutionRecord> executions;
  private final GuestFactory guests;
  private final GuestThreads threads;
  private final ExecutorService compiling;
  private final ScheduledExecutorService sweeping;
  private final AsyncCache<ModuleDigest, LoadedModule> modules;
  private final Map<FunctionVersion, InstancePool> pools = new ConcurrentHashMap<>();

  /**
   * @param executions takes a record of each invocation that came here; called on guest threads,
   *     may wait briefly
   */
  public Worker(
      WorkerConfig config,
      ModuleLoader loader,
      ModuleSource source,
      HostPowers powers,
      Consumer<ExecutionRecord> executions) {
    this.clock = powers.clock();
    this.executions = executions;
    this.config = config;
    this.loader = loader;
    this.source = source;
    this.guests = new GuestFactory(powers);
    this.threads =
        new GuestThreads(
            config.guestThreads(), config.threadsPerTenant(), config.queuedPerTenant());
    this.compiling =
        Executors.newFixedThreadPool(
            COMPILE_THREADS, Thread.ofPlatform().daemon().name("compile-", 0).factory());
    this.sweeping =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("pool-sweep").factory());
    this.modules =
        Caffeine.newBuilder().maximumSize(config.loadedModules()).executor(compiling).buildAsync();
  }

  public void start() {
    threads.start();
    long every = SWEEP_EVERY.toMillis();
    var unused = sweeping.scheduleWithFixedDelay(this::sweep, every, every, TimeUnit.MILLISECONDS);
  }

  @Override
  public void invoke(Invocation invocation, Consumer<Outcome> ended) {
    FunctionVersion version = invocation.target();
    PendingCall call =
        new PendingCall(invocation, recorded(invocation, ended), pool(version), System.nanoTime());
    CompletableFuture<LoadedModule> module = module(version.module());
    if (module.isDone() && !module.isCompletedExceptionally()) {
      call.enter(module.join());
      return;
    }
    var unused =
        module.whenComplete((loaded, failure) -> {
          if (loaded != null) {
            call.enter(loaded);
          } else {
            ended.accept(new Outcome.Unrunnable(reason(failure), Usage.NONE));
          }
        });
  }

  /** Answers the caller first, then keeps the record. */
  private Consumer<Outcome> recorded(Invocation invocation, Consumer<Outcome> ended) {
    return outcome -> {
      ended.accept(outcome);
      if (!(outcome instanceof Outcome.Overloaded)) {
        executions.accept(ExecutionRecord.of(invocation, outcome, clock.instant()));
      }
    };
  }

  /**
   * Loads the version's module and makes its {@code min} instances, at least one, before traffic
   * comes.
   *
   * @return completed when that is done; exceptionally when the version cannot be run
   */
  public CompletableFuture<Void> prewarm(FunctionVersion version) {
    return module(version.module())
        .thenAcceptAsync(
            loaded -> {
              InstancePool pool = pool(version);
              for (int i = pool.idleInstances(); i < Math.max(1, version.instances().min()); i++) {
                pool.give(newGuest(version, loaded, new Cancellation()));
              }
            },
            compiling);
  }

  /** Invocations that run at this moment. */
  public int runningInvocations() {
    return pools.values().stream().mapToInt(InstancePool::runningInvocations).sum();
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

  private CompletableFuture<LoadedModule> module(ModuleDigest digest) {
    CompletableFuture<LoadedModule> present = modules.getIfPresent(digest);
    return present != null
        ? present
        : modules.get(digest, missing -> loader.load(missing, source.load(missing)));
  }

  private Guest newGuest(FunctionVersion version, LoadedModule module, Cancellation cancellation) {
    long deadline = System.nanoTime() + version.limits().timeout().toNanos();
    return guests.create(
        version, module, new Budget(version.limits().fuel(), deadline, cancellation));
  }

  private static String reason(@Nullable Throwable failure) {
    Throwable cause = failure != null && failure.getCause() != null ? failure.getCause() : failure;
    LOG.warn("A module cannot be loaded: {}", String.valueOf(cause));
    return cause == null ? "its module cannot be loaded" : String.valueOf(cause.getMessage());
  }

  private void sweep() {
    long now = System.nanoTime();
    for (InstancePool pool : pools.values()) {
      pool.reap(now);
      InstancePool.Job late;
      while ((late = pool.pollWaitingSince(now - config.waitMax().toNanos())) != null) {
        ((PendingCall) late).overloaded("no instance became free in time");
      }
      if (pool.isForgotten(now, FORGET_AFTER.toNanos())) {
        pools.remove(pool.version(), pool);
      }
    }
  }

  /** Lets running invocations end, then stops. */
  @Override
  public void close() {
    sweeping.shutdownNow();
    compiling.shutdownNow();
    threads.close();
  }

  /** An invocation on its way through a pool. */
  private final class PendingCall implements InstancePool.Job, Runnable {
    private final Invocation invocation;
    private final Consumer<Outcome> ended;
    private final InstancePool pool;
    private final long arrivedNanos;
    private @Nullable LoadedModule module;

    PendingCall(
        Invocation invocation, Consumer<Outcome> ended, InstancePool pool, long arrivedNanos) {
      this.invocation = invocation;
      this.ended = ended;
      this.pool = pool;
      this.arrivedNanos = arrivedNanos;
    }

    @Override
    public long arrivedNanos() {
      return arrivedNanos;
    }

    void enter(LoadedModule loaded) {
      module = loaded;
      switch (pool.enter(this)) {
        case RUNS -> dispatch();
        case WAITS -> {}
        case REFUSED -> overloaded("too many invocations wait for an instance");
      }
    }

    private void dispatch() {
      if (!threads.execute(invocation.target().function().tenant(), this)) {
        leave();
        overloaded("too many invocations of the tenant wait for a thread");
      }
    }

    /** Makes room in the pool and lets the next waiting call in. */
    private void leave() {
      PendingCall next = (PendingCall) pool.leave();
      if (next != null) {
        next.dispatch();
      }
    }

    void overloaded(String why) {
      ended.accept(
          new Outcome.Overloaded(
              "Function '%s' is overloaded: %s".formatted(invocation.target().function(), why),
              RETRY_AFTER));
    }

    @Override
    public void run() {
      long startedNanos = System.nanoTime();
      Guest guest = null;
      try {
        if (invocation.cancellation().isCancelled()) {
          ended.accept(new Outcome.Cancelled(Usage.NONE));
          return;
        }
        guest = pool.take();
        Usage.Acquire acquire;
        if (guest != null) {
          acquire = guest.hasServed() ? Usage.Acquire.RESET : Usage.Acquire.WARM;
        } else {
          acquire = Usage.Acquire.COLD;
          guest = newGuest(invocation.target(), loaded(), invocation.cancellation());
        }
        ended.accept(
            guest.run(
                invocation,
                acquire,
                startedNanos - arrivedNanos,
                System.nanoTime() - startedNanos));
      } catch (GuestStopped stopped) {
        ended.accept(
            new Outcome.Unrunnable(
                "The function does not initialise: " + stopped.detail(), Usage.NONE));
      } finally {
        if (guest != null && guest.recycle()) {
          pool.give(guest);
        }
        leave();
      }
    }

    private LoadedModule loaded() {
      LoadedModule entered = module;
      if (entered == null) {
        throw new IllegalStateException("A call is dispatched only after it entered its pool");
      }
      return entered;
    }
  }
}
