package dev.leat.node.telemetry;

import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.TraceParent;
import dev.leat.contract.trace.Tracing;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a part of the traces that begin here, and of the others those that whoever began them
 * keeps.
 */
final class SampledTracing implements Tracing {
  private final double sampling;
  private final Consumer<Span> spans;

  /**
   * @param sampling the part, 0 to 1
   * @param spans takes those that are kept; must not wait
   */
  SampledTracing(double sampling, Consumer<Span> spans) {
    this.sampling = sampling;
    this.spans = spans;
  }

  @Override
  public String begin(@Nullable String inbound) {
    return inbound != null && TraceParent.isValid(inbound)
        ? TraceParent.child(inbound)
        : TraceParent.root(ThreadLocalRandom.current().nextDouble() < sampling);
  }

  @Override
  public boolean records(@Nullable String context) {
    return context != null && TraceParent.isSampled(context);
  }

  @Override
  public void ended(Span span) {
    spans.accept(span);
  }
}
