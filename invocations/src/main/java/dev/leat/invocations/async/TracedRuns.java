package dev.leat.invocations.async;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.SpanAttributes;
import dev.leat.contract.trace.Tracing;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs accepted invocations, each attempt as a trace of its own, with its acceptance as the cause:
 * an attempt may come hours after its request. What nobody asked for by a request is traced as
 * often as requests that begin a trace here. Of both so many a second are kept at the most.
 */
public record TracedRuns(Invoker next, Tracing tracing) implements Invoker {
  @Override
  public void invoke(Invocation invocation, Callback callback) {
    String cause = invocation.origin().trace();
    String context = cause == null ? tracing.begin(null) : tracing.beginCaused(cause);
    if (context == null || !tracing.records(context)) {
      next.invoke(invocation, callback);
    } else {
      next.invoke(
          invocation.within(context),
          new Traced(invocation, context, cause, System.nanoTime(), callback));
    }
  }

  @Override
  public void together(Runnable invocations) {
    next.together(invocations);
  }

  private final class Traced implements Callback {
    private final FunctionVersion version;
    private final String id;
    private final Origin origin;
    private final String context;
    private final @Nullable String cause;
    private final long startNanos;
    private final Callback callback;

    Traced(
        Invocation invocation,
        String context,
        @Nullable String cause,
        long startNanos,
        Callback callback) {
      this.version = invocation.target();
      this.id = invocation.id();
      this.origin = invocation.origin();
      this.context = context;
      this.cause = cause;
      this.startNanos = startNanos;
      this.callback = callback;
    }

    @Override
    public boolean begins() {
      return callback.begins();
    }

    @Override
    public void ended(Outcome outcome) {
      Map<String, Object> attributes = new HashMap<>();
      SpanAttributes.add(version, attributes);
      attributes.put(SpanAttributes.INVOCATION, id);
      attributes.put(SpanAttributes.TRIGGER, origin.trigger().name().toLowerCase(Locale.ROOT));
      attributes.put(SpanAttributes.ATTEMPT, (long) origin.attempt());
      attributes.put(SpanAttributes.OUTCOME, outcome.word());
      tracing.ended(
          new Span(
              context,
              null,
              cause,
              version.function().name().value(),
              Span.Kind.CONSUMER,
              startNanos,
              System.nanoTime(),
              attributes,
              outcome instanceof Outcome.Responded ? null : outcome.word()));
      callback.ended(outcome);
    }
  }
}
