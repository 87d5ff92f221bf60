package dev.leat.gateway.pipeline;

import dev.leat.contract.trace.Tracing;

/** Puts a span of this request's own into the trace that the caller belongs to, or begins one. */
public final class ContinueTrace implements Step<Exchange> {
  private final Tracing tracing;

  public ContinueTrace(Tracing tracing) {
    this.tracing = tracing;
  }

  @Override
  public Next take(Exchange exchange) {
    exchange.traceParent(tracing.begin(exchange.request().getHeader(Exchange.TRACE_PARENT)));
    return Next.GO_ON;
  }
}
