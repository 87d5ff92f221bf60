package dev.leat.scheduler.http;

import dev.leat.contract.Invoker;
import dev.leat.contract.Outcome;
import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.SpanAttributes;
import dev.leat.contract.trace.TraceParent;
import dev.leat.contract.trace.Tracing;
import java.util.Map;

/** A call to another node whose trace is kept: the way there and back is a span. */
final class TracedCall implements Invoker.Callback {
  private final Tracing tracing;
  private final String parent;
  private final String context;
  private final String node;
  private final Invoker.Callback callback;
  private final long startNanos = System.nanoTime();

  TracedCall(Tracing tracing, String parent, String node, Invoker.Callback callback) {
    this.tracing = tracing;
    this.parent = parent;
    this.context = TraceParent.child(parent);
    this.node = node;
    this.callback = callback;
  }

  /** The span's own, to which belongs what the other node does. */
  String context() {
    return context;
  }

  @Override
  public boolean begins() {
    return callback.begins();
  }

  @Override
  public void ended(Outcome outcome) {
    tracing.ended(
        new Span(
            context,
            parent,
            "dispatch",
            Span.Kind.CLIENT,
            startNanos,
            System.nanoTime(),
            Map.of(SpanAttributes.NODE, node, SpanAttributes.OUTCOME, outcome.word()),
            outcome instanceof Outcome.Responded ? null : outcome.word()));
    callback.ended(outcome);
  }
}
