package dev.leat.testkit;

import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.TraceParent;
import dev.leat.contract.trace.Tracing;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Keeps the spans of those traces in a list that callers began, and sampled. */
public final class ListedSpans implements Tracing {
  private final Collection<Span> spans;

  public ListedSpans(Collection<Span> spans) {
    this.spans = spans;
  }

  @Override
  public @Nullable String begin(@Nullable String inbound) {
    return TraceParent.next(inbound);
  }

  @Override
  public @Nullable String beginCaused(String cause) {
    return records(cause) ? TraceParent.root(true) : null;
  }

  @Override
  public boolean records(@Nullable String context) {
    return context != null && TraceParent.isSampled(context);
  }

  @Override
  public void ended(Span span) {
    spans.add(span);
  }
}
