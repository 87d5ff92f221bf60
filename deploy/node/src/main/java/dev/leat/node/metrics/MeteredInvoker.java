package dev.leat.node.metrics;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.contract.Usage.Acquire;
import dev.leat.contract.trace.Tracing;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Counts invocations as they end, just before their callers hear of it. On the hot path: two
 * look-ups and a handful of additions, no clock, nothing made but the callback.
 */
public final class MeteredInvoker implements Invoker {
  private final Invoker next;
  private final Tracing tracing;
  private final BiConsumer<FunctionRef, Usage> charged;
  final InvocationCounts counts;
  final Histogram durations = new Histogram();
  final Histogram waits = new Histogram();
  final Histogram coldStarts = new Histogram();
  final LongAdder fuel = new LongAdder();
  final LongAdder initFuel = new LongAdder();

  /**
   * @param next where invocations go
   * @param charged told of what an invocation used that somebody let in here; must not wait
   * @param isDeployed says which functions there are
   * @param tenantExists says which tenants there are
   * @param tracing says which traces are kept: their invocations are examples of how long one took
   */
  public MeteredInvoker(
      Invoker next,
      BiConsumer<FunctionRef, Usage> charged,
      Predicate<FunctionRef> isDeployed,
      Predicate<TenantId> tenantExists,
      Tracing tracing) {
    this.next = next;
    this.tracing = tracing;
    this.charged = charged;
    this.counts = new InvocationCounts(isDeployed, tenantExists);
  }

  @Override
  public void invoke(Invocation invocation, Callback callback) {
    next.invoke(invocation, new Counted(invocation, callback));
  }

  @Override
  public void together(Runnable invocations) {
    next.together(invocations);
  }

  void count(FunctionVersion version, @Nullable String trace, Outcome outcome) {
    counts.count(version.function(), outcome.word());
    Usage usage = outcome.usage();
    if (usage.acquire() == Acquire.NONE) {
      return;
    }
    charged.accept(version.function(), usage);
    long nanos = usage.queueNanos() + usage.acquireNanos() + usage.execNanos();
    if (trace != null && tracing.records(trace)) {
      durations.record(nanos, trace);
    } else {
      durations.record(nanos);
    }
    waits.record(usage.queueNanos());
    fuel.add(usage.fuel());
    if (usage.acquire() == Acquire.COLD) {
      coldStarts.record(usage.acquireNanos());
      initFuel.add(usage.initFuel());
    }
  }

  private final class Counted implements Callback {
    private final FunctionVersion version;
    private final @Nullable String trace;
    private final Callback callback;

    Counted(Invocation invocation, Callback callback) {
      this.version = invocation.target();
      this.trace = invocation.origin().trace();
      this.callback = callback;
    }

    @Override
    public void ended(Outcome outcome) {
      count(version, trace, outcome);
      callback.ended(outcome);
    }

    @Override
    public boolean begins() {
      return callback.begins();
    }
  }

  /** To be told when a version can be called no more. */
  public void removed(FunctionVersion version) {
    counts.removed(version.function());
  }
}
