package dev.leat.worker;

import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.contract.trace.CallTrace;
import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.SpanAttributes;
import dev.leat.contract.trace.TraceParent;
import dev.leat.contract.trace.Tracing;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker whose invocations become spans where their trace is kept: {@code queue}, {@code acquire}
 * with {@code load} and {@code instantiate} beneath a cold one, {@code exec} with the host's calls.
 * They are made of what the worker counts anyway, once the caller has been answered.
 */
public final class TracedWorker implements Invoker {
  private static final Logger LOG = LoggerFactory.getLogger(TracedWorker.class);

  private final Invoker worker;
  private final Tracing tracing;

  public TracedWorker(Invoker worker, Tracing tracing) {
    this.worker = worker;
    this.tracing = tracing;
  }

  @Override
  public void invoke(Invocation invocation, Callback callback) {
    String parent = invocation.origin().trace();
    if (parent == null || !tracing.records(parent)) {
      worker.invoke(invocation, callback);
      return;
    }
    CallTrace trace = new CallTrace(parent);
    worker.invoke(invocation.traced(trace), new Traced(parent, trace, callback));
  }

  @Override
  public void together(Runnable invocations) {
    worker.together(invocations);
  }

  private final class Traced implements Callback {
    private final String parent;
    private final CallTrace trace;
    private final Callback callback;
    private final long arrivedNanos = System.nanoTime();

    Traced(String parent, CallTrace trace, Callback callback) {
      this.parent = parent;
      this.trace = trace;
      this.callback = callback;
    }

    @Override
    public boolean begins() {
      return callback.begins();
    }

    @Override
    public void ended(Outcome outcome) {
      long nowNanos = System.nanoTime();
      callback.ended(outcome);
      try {
        tell(outcome, nowNanos);
      } catch (RuntimeException e) {
        LOG.warn("A trace was not told trace={}", TraceParent.traceId(parent), e);
      }
    }

    private void tell(Outcome outcome, long nowNanos) {
      Usage usage = outcome.usage();
      String error = outcome instanceof Outcome.Responded ? null : outcome.word();
      if (usage.acquire() == Usage.Acquire.NONE) {
        end("queue", parent, arrivedNanos, nowNanos, Map.of(), error);
        return;
      }
      // Counted from the arrival: the ending may have been told late.
      long instantiateNanos = arrivedNanos + usage.queueNanos();
      long execNanos = instantiateNanos + usage.acquireNanos();
      long acquireNanos = trace.hasLoaded() ? trace.loadingNanos() : instantiateNanos;
      boolean hasRun = usage.execNanos() > 0;
      end("queue", parent, arrivedNanos, acquireNanos, Map.of(), null);
      boolean isCold = usage.acquire() == Usage.Acquire.COLD;
      String acquire =
          end(
              "acquire",
              parent,
              acquireNanos,
              execNanos,
              Map.of(
                  SpanAttributes.ACQUIRE,
                  usage.acquire().name().toLowerCase(Locale.ROOT),
                  SpanAttributes.IS_COLD_START,
                  isCold),
              hasRun ? null : error);
      if (trace.hasLoaded()) {
        end("load", acquire, trace.loadingNanos(), trace.loadedNanos(), Map.of(), null);
      }
      if (isCold) {
        end("instantiate", acquire, instantiateNanos, execNanos, Map.of(), hasRun ? null : error);
      }
      if (hasRun) {
        tellRun(usage, execNanos, error);
      }
    }

    private void tellRun(Usage usage, long execNanos, @Nullable String error) {
      List<Span> hostCalls = trace.hostCalls();
      long endNanos = execNanos + usage.execNanos();
      if (!hostCalls.isEmpty()) {
        endNanos = Math.max(endNanos, hostCalls.getLast().endNanos());
      }
      Map<String, Object> attributes = new HashMap<>();
      attributes.put(SpanAttributes.FUEL, usage.fuel());
      attributes.put(SpanAttributes.MEMORY_PEAK, usage.peakMemoryBytes());
      if (trace.leftOut() > 0) {
        attributes.put(SpanAttributes.LEFT_OUT, trace.leftOut());
      }
      tracing.ended(
          new Span(
              trace.execution(),
              parent,
              "exec",
              Span.Kind.INTERNAL,
              execNanos,
              endNanos,
              attributes,
              error));
      hostCalls.forEach(tracing::ended);
    }

    /** Gives the span's context. */
    private String end(
        String name,
        String under,
        long startNanos,
        long endNanos,
        Map<String, Object> attributes,
        @Nullable String error) {
      String context = TraceParent.child(parent);
      tracing.ended(
          new Span(
              context,
              under,
              name,
              Span.Kind.INTERNAL,
              startNanos,
              Math.max(startNanos, endNanos),
              attributes,
              error));
      return context;
    }
  }
}
