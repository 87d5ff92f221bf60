package dev.leat.node.telemetry;

import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.TraceParent;
import dev.leat.contract.trace.Tracing;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a part of the traces that begin here, of the others those that whoever began them keeps,
 * and what such requests caused; of each so many a second at the most, since a trace costs some 50
 * us and callers could have all of theirs kept. Which are left out is said in their contexts, so no
 * node keeps a part of one.
 */
final class SampledTracing implements Tracing {
  private final double sampling;
  private final SecondLimit own;
  private final SecondLimit callers;
  private final SecondLimit caused;
  private final ExportCounts counts;
  private final Consumer<Span> spans;

  /**
   * @param counts told of each trace that was one too many
   * @param spans takes those that are kept; must not wait
   */
  SampledTracing(
      TelemetryConfig config, LongSupplier nanoTime, ExportCounts counts, Consumer<Span> spans) {
    this.sampling = config.sampling();
    this.own = new SecondLimit(config.tracesPerSecond(), nanoTime);
    this.callers = new SecondLimit(config.tracesPerSecond(), nanoTime);
    this.caused = new SecondLimit(config.tracesPerSecond(), nanoTime);
    this.counts = counts;
    this.spans = spans;
  }

  @Override
  public String begin(@Nullable String inbound) {
    return inbound != null && TraceParent.isValid(inbound)
        ? within(callers, TraceParent.child(inbound))
        : within(own, TraceParent.root(ThreadLocalRandom.current().nextDouble() < sampling));
  }

  @Override
  public @Nullable String beginCaused(String cause) {
    if (!TraceParent.isSampled(cause)) {
      return null;
    }
    String context = within(caused, TraceParent.root(true));
    return TraceParent.isSampled(context) ? context : null;
  }

  private String within(SecondLimit limit, String context) {
    if (!TraceParent.isSampled(context) || limit.take()) {
      return context;
    }
    counts.dropped(1);
    return TraceParent.unsampled(context);
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
