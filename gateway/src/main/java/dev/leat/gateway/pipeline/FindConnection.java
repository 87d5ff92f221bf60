package dev.leat.gateway.pipeline;

/** The client's connection takes up the request: its pace and its address count from here on. */
public final class FindConnection implements Step<Exchange> {
  @Override
  public Next take(Exchange exchange) {
    exchange.client(exchange.connections().begin(exchange.request()));
    return Next.GO_ON;
  }
}
