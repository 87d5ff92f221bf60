package dev.leat.scheduler;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * The worker of this node, as one among others of the cluster. All that it is given goes through
 * here, from this node and from others, so that its load is exact at every moment, and bounded:
 * each gateway bounds only what it sends itself. Safe for several threads.
 */
public final class OwnWorker implements WorkerNode {
  /** Of what a call took, so much counts in the average: one part of eight. */
  private static final int WEIGHT = 8;

  private static final String FULL =
      "This worker has " + Scheduler.IN_FLIGHT_MAX + " invocations of all nodes already";

  private final String node;
  private final Invoker worker;
  private final int capacity;
  private final int processors;
  private final BooleanSupplier isReady;
  private final Predicate<FunctionVersion> isWarm;
  private final AtomicInteger inFlight = new AtomicInteger();

  /** An estimate: where two write it at once, one of them is lost. */
  private volatile long typicalNanos;

  /**
   * @param capacity invocations that it can run at the same moment
   * @param processors that share its work
   * @param isReady whether it takes new invocations
   * @param isWarm whether it has run a version lately; must be quick
   */
  public OwnWorker(
      String node,
      Invoker worker,
      int capacity,
      int processors,
      BooleanSupplier isReady,
      Predicate<FunctionVersion> isWarm) {
    this.node = node;
    this.worker = worker;
    this.capacity = capacity;
    this.processors = processors;
    this.isReady = isReady;
    this.isWarm = isWarm;
  }

  @Override
  public void invoke(Invocation invocation, Callback callback) {
    if (inFlight.incrementAndGet() > Scheduler.IN_FLIGHT_MAX) {
      inFlight.decrementAndGet();
      callback.ended(new Outcome.Overloaded(FULL, Scheduler.RETRY_AFTER));
      return;
    }
    worker.invoke(invocation, new Counted(callback));
  }

  @Override
  public void together(Runnable invocations) {
    worker.together(invocations);
  }

  @Override
  public String node() {
    return node;
  }

  @Override
  public boolean isLocal() {
    return true;
  }

  @Override
  public boolean isReady() {
    return isReady.getAsBoolean();
  }

  @Override
  public Load load() {
    int all = inFlight.get();
    int running = Math.min(all, capacity);
    return new Load(running, all - running, capacity);
  }

  @Override
  public long backlogNanos() {
    return inFlight.get() * typicalNanos / processors;
  }

  @Override
  public boolean isWarm(FunctionVersion version) {
    return isWarm.test(version);
  }

  /**
   * Waits for the calls that run here, other nodes' too, once this node takes no new ones.
   *
   * @return whether all ended in time
   */
  public boolean drain(Duration patience) {
    return Scheduler.awaitNone(inFlight, patience);
  }

  private void ran(Usage usage) {
    if (usage.acquire() != Usage.Acquire.NONE) {
      long before = typicalNanos;
      typicalNanos = before + (usage.acquireNanos() + usage.execNanos() - before) / WEIGHT;
    }
  }

  private final class Counted implements Callback {
    private final Callback callback;

    Counted(Callback callback) {
      this.callback = callback;
    }

    @Override
    public void ended(Outcome outcome) {
      inFlight.decrementAndGet(); // first, so that who places the next one knows of it
      ran(outcome.usage());
      callback.ended(outcome);
    }

    @Override
    public boolean begins() {
      return callback.begins();
    }
  }
}
