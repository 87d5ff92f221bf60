package dev.leat.worker;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Limits;
import dev.leat.contract.TenantId;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.LoadedModule;
import dev.leat.worker.guest.Guest;
import dev.leat.worker.guest.GuestFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes instances ahead of the calls that will need them. It is a courtesy, and takes nothing that
 * calls need: one thread of its own makes one instance after the other, tenants taking turns; calls
 * go before it at the processor; no idle instance is let go for one made ahead. What its bounds
 * leave unmade is made by the first call that needs it. Safe for several threads.
 */
final class Preparing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Preparing.class);

  /** Idle instances of a tenant up to which more are made ahead: a tenth of the node's. */
  static final int INSTANCES_PER_TENANT = 100;

  /** Idle instances of all tenants up to which more are made ahead. */
  static final int INSTANCES = 1_000;

  /** What one instance may take, and the loading of its module as much: others wait for it. */
  static final Duration INSTANCE_TIME = Duration.ofSeconds(10);

  /** What a tenant's instances may take at once. */
  static final Duration TENANT_TIME = Duration.ofSeconds(30);

  /** In so many seconds one of those comes back: a tenant's share of the thread in the long run. */
  static final int TENANT_TIME_RATIO = 20;

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

  private final Pools pools;
  private final ModuleCache modules;
  private final GuestFactory guests;
  private final LongSupplier nanoTime;
  private final TenantTime time;
  private final Thread thread =
      new Thread(null, this::run, "prepare", GuestThreads.STACK_BYTES, false);
  private final LongAdder instances = new LongAdder();
  private final LongAdder fuel = new LongAdder();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** What is to be made, tenants in the order of their turns; with the lock held. */
  private final SequencedMap<TenantId, ArrayDeque<Task>> waiting = new LinkedHashMap<>();

  private @Nullable Task current;
  private boolean closed;

  Preparing(Pools pools, ModuleCache modules, GuestFactory guests, LongSupplier nanoTime) {
    this.pools = pools;
    this.modules = modules;
    this.guests = guests;
    this.nanoTime = nanoTime;
    this.time = new TenantTime(TENANT_TIME, TENANT_TIME_RATIO, nanoTime);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /**
   * Makes the instances that are to be kept of the version, at least one, with those in calls; what
   * is still to be made of it is left.
   *
   * @return completed when all are made, or as many as the bounds let; exceptionally when the
   *     version cannot be run; cancelled when it is left
   */
  CompletableFuture<Void> prepare(FunctionVersion version) {
    leave(version);
    Task task = new Task(version, pools.of(version), pools.kept(version));
    boolean isQueued;
    lock.lock();
    try {
      isQueued = !closed;
      if (isQueued) {
        queue(task);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
    if (!isQueued) {
      task.leave();
    }
    return task.ended;
  }

  /** Makes no more instances of the version. */
  void leave(FunctionVersion version) {
    leave(version::equals);
  }

  /** Makes no more instances of the function's versions but these. */
  void leaveOthers(FunctionRef function, Set<FunctionVersion> versions) {
    leave(version -> version.function().equals(function) && !versions.contains(version));
  }

  private void leave(Predicate<FunctionVersion> isLeft) {
    List<Task> left = new ArrayList<>();
    lock.lock();
    try {
      for (ArrayDeque<Task> tasks : waiting.values()) {
        tasks.stream().filter(task -> isLeft.test(task.version)).forEach(left::add);
        tasks.removeAll(left);
      }
      waiting.values().removeIf(ArrayDeque::isEmpty);
      if (current != null && isLeft.test(current.version)) {
        left.add(current);
      }
    } finally {
      lock.unlock();
    }
    left.forEach(Task::leave);
  }

  /** Whether it is on behalf of an instance made ahead that this is asked. */
  boolean isThisThread() {
    return thread.equals(Thread.currentThread());
  }

  /** Whether one more instance of the tenant's may be kept that was made ahead. */
  boolean hasRoom(TenantId tenant) {
    return pools.idleInstances(tenant) < INSTANCES_PER_TENANT
        && pools.sum(InstancePool::idleInstances) < INSTANCES;
  }

  /** Counts an instance that was made ahead elsewhere. */
  void countKept() {
    instances.increment();
  }

  /** Counts what bringing one up elsewhere has used. */
  void count(long initFuel) {
    fuel.add(initFuel);
  }

  /** What has been made since the start. */
  Preparation done() {
    return new Preparation(instances.sum(), fuel.sum());
  }

  private void run() {
    Task task = next(null);
    while (task != null) {
      boolean isOver = true;
      try {
        if (!isOver(task)) {
          makeOne(task);
          isOver = isOver(task);
        }
      } catch (RuntimeException | Error e) {
        task.ended.completeExceptionally(e);
      }
      task = next(isOver ? null : task);
    }
  }

  /**
   * The task whose turn it is; null when all ends.
   *
   * @param last whose turn is over and that wants another, if one does
   */
  private @Nullable Task next(@Nullable Task last) {
    lock.lock();
    try {
      current = null;
      if (last != null && !last.cancellation.isCancelled()) {
        queue(last);
      }
      while (waiting.isEmpty() && !closed) {
        changed.awaitUninterruptibly();
      }
      if (closed) {
        return null;
      }
      Map.Entry<TenantId, ArrayDeque<Task>> turn = waiting.pollFirstEntry();
      Task task = turn.getValue().remove();
      if (!turn.getValue().isEmpty()) {
        waiting.put(turn.getKey(), turn.getValue()); // behind all others
      }
      current = task;
      return task;
    } finally {
      lock.unlock();
    }
  }

  private void queue(Task task) {
    waiting.computeIfAbsent(task.tenant(), first -> new ArrayDeque<>()).add(task);
  }

  /** Whether no more instances are to be made for it; tells who waits for that. */
  private boolean isOver(Task task) {
    boolean isOver = task.missing == 0 || !time.isLeft(task.tenant()) || !hasRoom(task.tenant());
    if (isOver) {
      LOG.debug("A version was prepared version={} unmade={}", task.version, task.missing);
      task.ended.complete(null);
    }
    return isOver;
  }

  private void makeOne(Task task) {
    long started = nanoTime.getAsLong();
    long used = 0;
    try {
      Guest guest = newGuest(task, loaded(task));
      used = guest.initFuel();
      instances.increment();
      task.missing--;
      task.pool.give(guest);
    } catch (GuestStopped stopped) {
      used = stopped.fuelUsed();
      throw stopped;
    } finally {
      fuel.add(used);
      time.use(task.tenant(), nanoTime.getAsLong() - started);
      LOG.debug("An instance was initialised ahead version={} initFuel={}", task.version, used);
    }
  }

  private LoadedModule loaded(Task task) {
    try {
      return modules
          .module(task.tenant(), task.version.module())
          .get(INSTANCE_TIME.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    } catch (TimeoutException e) {
      throw new CompletionException("Its module was not loaded in " + INSTANCE_TIME, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // all ends
      throw new CancellationException();
    }
  }

  private Guest newGuest(Task task, LoadedModule module) {
    Limits limits = task.version.limits();
    long nanos = Math.min(limits.timeout().toNanos(), INSTANCE_TIME.toNanos());
    GuestBudget budget =
        new GuestBudget(limits.fuel(), System.nanoTime() + nanos, task.cancellation);
    return guests.prepare(task.version, module, budget);
  }

  /** Leaves what is not made yet; does not wait for a guest, which is told to end. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    leave(any -> true);
    thread.interrupt(); // if it waits for a module
    try {
      thread.join(CLOSE_PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The instances of a version that are still to be made. */
  private static final class Task {
    private final FunctionVersion version;
    private final InstancePool pool;
    private final Cancellation cancellation = new Cancellation();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /** Counted by the thread that makes them. */
    private int missing;

    Task(FunctionVersion version, InstancePool pool, int kept) {
      this.version = version;
      this.pool = pool;
      this.missing =
          Math.max(0, Math.max(1, kept) - pool.idleInstances() - pool.runningInvocations());
    }

    TenantId tenant() {
      return version.function().tenant();
    }

    void leave() {
      cancellation.cancel();
      ended.cancel(false);
    }
  }
}
