package dev.leat.gateway.pipeline;

/** Puts a span of this request's own into the trace that the caller belongs to, if any. */
public final class ContinueTrace implements Step<Exchange> {
  @Override
  public Next take(Exchange exchange) {
    exchange.traceParent(TraceParent.next(exchange.request().getHeader(Exchange.TRACE_PARENT)));
    return Next.GO_ON;
  }
}
