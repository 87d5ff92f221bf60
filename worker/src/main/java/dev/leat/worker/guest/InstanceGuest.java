package dev.leat.worker.guest;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Invocation;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import dev.leat.worker.capability.LentPowers;
import java.time.Duration;

/** What guests of every contract share: the budget, the endings, and being put back. */
abstract sealed class InstanceGuest implements Guest
    permits HandlerGuest, ProcessorGuest, StepGuest, WasiGuest {
  private final FunctionVersion version;
  private final LentPowers lent;
  private final CpuTurns turns;
  private final GuestInstance instance;
  private final long initFuel;
  private boolean hasServed;
  private boolean wasStopped;

  InstanceGuest(FunctionVersion version, LentPowers lent, CpuTurns turns, GuestInstance instance) {
    this.version = version;
    this.lent = lent;
    this.turns = turns;
    this.instance = instance;
    this.initFuel = instance.fuelUsed();
  }

  /** Calls the guest and turns its result into an outcome. */
  abstract Outcome call(Running running);

  final FunctionVersion version() {
    return version;
  }

  final GuestInstance instance() {
    return instance;
  }

  @Override
  public final Outcome run(
      Invocation invocation, Usage.Acquire acquire, long queueNanos, long loadNanos, CpuTime time) {
    hasServed = true;
    long acquiringSinceNanos = time.beganNanos();
    // Read once for all, as it costs as much as a brief guest; an idle instance is had at once.
    long nowNanos = acquire == Usage.Acquire.COLD ? System.nanoTime() : acquiringSinceNanos;
    GuestBudget budget = budget(invocation, nowNanos);
    Running running =
        new Running(
            invocation,
            lent,
            instance,
            acquire,
            acquire == Usage.Acquire.COLD ? initFuel : 0,
            queueNanos,
            loadNanos,
            nowNanos - acquiringSinceNanos,
            nowNanos,
            time);
    instance.attach(running);
    try (CpuTurns.Turn turn = turns.begin(version.function().tenant(), budget, time, nowNanos)) {
      lent.prepare(invocation);
      instance.begin(budget.pacedBy(turn));
      return call(running);
    } catch (GuestStopped stopped) {
      wasStopped = true;
      Duration limit = Duration.ofNanos(budget.deadlineNanos() - nowNanos);
      return running.inItsWords(ending(stopped, limit, running.usage()));
    } finally {
      running.endLog();
      lent.end();
      instance.attach(null);
      instance.begin(GuestBudget.NONE);
    }
  }

  @Override
  public final long initFuel() {
    return initFuel;
  }

  @Override
  public final boolean hasServed() {
    return hasServed;
  }

  @Override
  public final boolean isOutdated() {
    return lent.isOutdated();
  }

  @Override
  public final long heldBytes() {
    return instance.heldBytes();
  }

  @Override
  public final boolean recycle() {
    if (version.instances().reuse() == Reuse.SHARED && !version.guest().isWasiCommand()) {
      return !wasStopped;
    }
    instance.reset();
    return true;
  }

  @Override
  public final void close() {
    instance.close();
  }

  private GuestBudget budget(Invocation invocation, long nowNanos) {
    long timeout = version.limits().timeout().toNanos();
    long nanos = Math.min(timeout, Math.max(0, invocation.nanosLeft(nowNanos)));
    return new GuestBudget(version.limits().fuel(), nowNanos + nanos, invocation.cancellation());
  }

  private Outcome ending(GuestStopped stopped, Duration limit, Usage usage) {
    return switch (stopped.reason()) {
      case TRAPPED -> new Outcome.Trapped(stopped.detail(), usage);
      case STACK_EXHAUSTED -> new Outcome.StackExhausted(usage);
      case EXITED -> new Outcome.Trapped("it ended with " + stopped.detail(), usage);
      case FUEL_EXHAUSTED -> new Outcome.FuelExhausted(version.limits().fuel(), usage);
      // Overloaded would say that nothing ran, and have the call made again.
      case MEMORY_EXCEEDED, NO_ROOM ->
          new Outcome.MemoryExceeded(version.limits().memoryBytes(), usage);
      case DEADLINE_PASSED -> new Outcome.TimedOut(limit, usage);
      case CANCELLED -> new Outcome.Cancelled(usage);
    };
  }

  /** The response of this status and body, or that it is larger than allowed. */
  final Outcome responded(Running running, byte[] body) {
    return new Outcome.Responded(
        running.responseStatus(), running.responseHeaders(), body, running.usage());
  }

  final Outcome tooLarge(Running running, long bytes) {
    return new Outcome.ResponseTooLarge(bytes, version.limits().responseBytes(), running.usage());
  }
}
