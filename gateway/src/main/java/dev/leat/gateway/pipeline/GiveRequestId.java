package dev.leat.gateway.pipeline;

import dev.leat.gateway.http.RequestIds;

/** The id under which the request is answered, logged and recorded. */
public final class GiveRequestId implements Step<Exchange> {
  @Override
  public Next take(Exchange exchange) {
    exchange.requestId(RequestIds.of(exchange.request().getHeader(Exchange.REQUEST_ID)));
    return Next.GO_ON;
  }
}
