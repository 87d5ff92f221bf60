package dev.leat.worker;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.engine.ModuleLoader;
import dev.leat.engine.StackRoom;
import dev.leat.worker.capability.Powers;
import dev.leat.worker.guest.CpuTurns;
import dev.leat.worker.guest.GuestFactory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs invocations on this node. An invocation enters its function version's pool, waits for its
 * module and a guest thread, gets an instance, runs, and is answered; then the instance is put
 * back. Safe for several threads.
 */
public final class Worker implements Invoker, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  /** What a version may take to come up when it is deployed, if its timeout is not shorter. */
  public static final Duration TRIAL_TIME_MAX = Duration.ofSeconds(60);

  private static final Duration SWEEP_EVERY = Duration.ofMillis(500);

  private final BiConsumer<Invocation, Outcome> executions;
  private final Pools pools;
  private final ModuleCache modules;
  private final GuestThreads threads;
  private final Calls calls;
  private final Preparing preparing;
  private final Trials trials;
  private final ScheduledExecutorService sweeping;
  private volatile List<VersionDemand> demands = List.of();

  /**
   * The only worker: it keeps of each version the {@code instances.min} of its manifest.
   *
   * @param executions told of the end of each invocation that came here; must not wait
   */
  public Worker(
      WorkerConfig config,
      ModuleLoader loader,
      ModuleSource source,
      Powers powers,
      BiConsumer<Invocation, Outcome> executions) {
    this(config, loader, source, powers, executions, version -> version.instances().min());
  }

  /**
   * A worker among others.
   *
   * @param executions told of the end of each invocation that came here; must not wait
   * @param kept how many idle instances of a version are kept here, at this moment; must be quick.
   *     When it grows, {@link #prewarm} makes what is missing
   */
  public Worker(
      WorkerConfig config,
      ModuleLoader loader,
      ModuleSource source,
      Powers powers,
      BiConsumer<Invocation, Outcome> executions,
      ToIntFunction<FunctionVersion> kept) {
    this.executions = executions;
    this.pools = new Pools(config.waitersPerFunction(), kept);
    this.modules = new ModuleCache(loader, source, config.loadedModuleBytes());
    this.threads =
        new GuestThreads(
            config.guestThreads(),
            config.spareThreads(),
            config.threadsPerTenant(),
            config.queuedPerTenant());
    GuestFactory guests = new GuestFactory(powers, new CpuTurns(config.longCallsAtOnce(), threads));
    this.calls = new Calls(config.waitMax(), pools, modules, threads, guests);
    this.preparing = new Preparing(pools, modules, guests, System::nanoTime);
    this.trials = new Trials(config.waitMax(), pools, modules, threads, guests, preparing);
    this.sweeping =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("worker-sweep").factory());
  }

  public void start() {
    threads.start();
    preparing.start();
    every(GuestThreads.RELIEVE_EVERY, threads::relieve);
    every(Backlog.LOOK_EVERY, () -> calls.shed(System.nanoTime()));
    every(SWEEP_EVERY, this::sweep);
  }

  private void every(Duration period, Runnable task) {
    Runnable lasting =
        () -> {
          try {
            task.run();
          } catch (RuntimeException | Error e) {
            LOG.error("A sweep of the worker failed; the next one comes", e); // else none would
          }
        };
    long nanos = period.toNanos();
    var unused = sweeping.scheduleWithFixedDelay(lasting, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private void sweep() {
    long now = System.nanoTime();
    calls.sweep(now);
    pools.sweep(now);
    pools.sample();
    demands = pools.demands();
  }

  @Override
  public void invoke(Invocation invocation, Callback callback) {
    calls.begin(invocation, new Recorded(invocation, callback));
  }

  @Override
  public void together(Runnable invocations) {
    threads.together(invocations);
  }

  /** Answers the caller first, then tells whoever keeps records. */
  private final class Recorded implements Callback {
    private final Invocation invocation;
    private final Callback callback;

    Recorded(Invocation invocation, Callback callback) {
      this.invocation = invocation;
      this.callback = callback;
    }

    @Override
    public void ended(Outcome outcome) {
      callback.ended(outcome);
      if (!(outcome instanceof Outcome.Overloaded)) {
        executions.accept(invocation, outcome);
      }
    }

    @Override
    public boolean begins() {
      return callback.begins();
    }
  }

  /** The versions that were called lately, those asked for most first. */
  public List<VersionDemand> demands() {
    return demands;
  }

  /** Whether the version was used here within about a minute. */
  public boolean isWarm(FunctionVersion version) {
    return pools.has(version);
  }

  /**
   * Loads the version's module and makes the instances that are kept of it, at least one, before
   * traffic comes, as far as the bounds of {@link Preparing} let it.
   *
   * @return completed when that is done or left; exceptionally when the version cannot be run
   */
  public CompletableFuture<Void> prewarm(FunctionVersion version) {
    pools.begin(version);
    return preparing.prepare(version);
  }

  /**
   * Takes the versions of a function that traffic goes to: their instances are kept, as many as are
   * to be, and none of its other versions once they were idle for their time; nor are those made
   * ahead. A function that was never told of keeps those of all.
   *
   * @param versions empty when the function is gone
   */
  public void retain(FunctionRef function, Set<FunctionVersion> versions) {
    preparing.leaveOthers(function, versions);
    pools.retain(function, versions);
  }

  /**
   * Brings up an instance of a version that is not deployed yet, within the limits of its calls.
   * Blocks, for a bounded time.
   */
  public Trial attempt(FunctionVersion version, Cancellation cancellation) {
    return trials.attempt(version, cancellation);
  }

  /** Ends the trials of a tenant that is going. */
  public void leave(TenantId tenant) {
    trials.forget(tenant);
  }

  /** Lets the idle instances of a version go that cannot be called any more. */
  public void deleted(FunctionVersion version) {
    preparing.leave(version);
    pools.delete(version);
  }

  /**
   * Lets idle instances go, those that waited longest first, until they gave so many bytes back;
   * none if all of them together do not hold as many, or if it is an instance made ahead that needs
   * them.
   */
  public void reclaim(long bytes) {
    if (!preparing.isThisThread()) {
      StackRoom.forALock(); // a guest's memory grows at any depth of its calls
      pools.reclaim(bytes);
    }
  }

  /** How the compiled modules that are kept have been used since the start. */
  public ModuleCacheUse moduleCacheUse() {
    return modules.use();
  }

  /** What was initialised ahead of invocations since the start, which bear none of it. */
  public Preparation preparation() {
    return preparing.done();
  }

  /** Invocations that run at this moment, with those that wait for no more than a thread. */
  public int runningInvocations() {
    return pools.sum(InstancePool::runningInvocations);
  }

  /** Invocations that wait for an instance, a module or a thread at this moment. */
  public int waitingInvocations() {
    return pools.sum(InstancePool::waitingInvocations)
        + modules.waiting().size()
        + threads.waitingJobs();
  }

  /** Invocations that wait for no more than a thread at this moment. */
  public int waitingForThreads() {
    return threads.waitingJobs();
  }

  /** Whether invocations of this version wait for an instance at this moment. */
  public boolean isCrowded(FunctionVersion version) {
    return pools.isCrowded(version);
  }

  /** Instances that are in a call, or being made for one, at this moment. */
  public int busyInstances() {
    return Math.max(0, runningInvocations() - modules.waiting().size() - threads.waitingJobs());
  }

  /** Threads that run guests or wait to. */
  public int guestThreads() {
    return threads.threads();
  }

  /** Instances that are kept idle at this moment. */
  public int idleInstances() {
    return pools.sum(InstancePool::idleInstances);
  }

  /** Versions that are being brought up before they are deployed. */
  public int trialsUnderWay() {
    return trials.underWay();
  }

  /** Lets running invocations end, answers the waiting ones as overloaded, then stops. */
  @Override
  public void close() {
    sweeping.shutdownNow();
    trials.close();
    preparing.close();
    calls.close();
    modules.close();
    threads.close();
  }
}
