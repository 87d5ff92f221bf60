package dev.leat.contract.trace;

import org.jspecify.annotations.Nullable;

/**
 * Takes the spans of this node. Safe for several threads. Laws:
 *
 * <ol>
 *   <li>Nothing of it waits, and nothing throws.
 *   <li>A trace is kept on all nodes or on none: who begins it decides, and the context says so.
 *   <li>Spans are made only where {@link #records} says yes; where tracing is off it never does.
 * </ol>
 */
public interface Tracing {
  /** Keeps nothing; a trace that a caller began is handed on all the same. */
  Tracing OFF = new Off();

  /**
   * The context of a request's own span: in the caller's trace, or in a new one.
   *
   * @param inbound what the caller sent as {@code traceparent}: hostile
   * @return null if the request belongs to no trace
   */
  @Nullable String begin(@Nullable String inbound);

  /**
   * The context of what a request caused and comes later than it: a trace of its own, kept where
   * the request's is, as far as so many are kept.
   *
   * @param cause the context of the request
   * @return null if it is not kept
   */
  @Nullable String beginCaused(String cause);

  /** Whether spans of the trace with this context are kept. */
  boolean records(@Nullable String context);

  /** A span is over. To be called only where {@link #records} said yes. */
  void ended(Span span);

  /** As {@link Tracing#OFF}. */
  final class Off implements Tracing {
    private Off() {}

    @Override
    public @Nullable String begin(@Nullable String inbound) {
      return TraceParent.next(inbound);
    }

    @Override
    public @Nullable String beginCaused(String cause) {
      return null;
    }

    @Override
    public boolean records(@Nullable String context) {
      return false;
    }

    @Override
    public void ended(Span span) {}
  }
}
