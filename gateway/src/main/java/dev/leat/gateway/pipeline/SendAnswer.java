package dev.leat.gateway.pipeline;

import dev.leat.gateway.http.ClientConnection;
import io.vertx.core.buffer.Buffer;

/** Sends the answer, which holds its memory until the client has taken it. */
public final class SendAnswer implements Step<Exchange> {
  @Override
  public Next take(Exchange exchange) {
    // Added, not put: putting looks for the name first, and none of these can be there.
    exchange.response().headers().add(Exchange.REQUEST_ID, exchange.requestId());
    exchange.addTrace();
    exchange.end(exchange.response().getStatusCode());
    byte[] body = exchange.answer();
    if (body.length == 0) {
      exchange.giveBack();
      var unused = exchange.response().end();
      return Next.ANSWERED;
    }
    ClientConnection client = exchange.client();
    client.takesResponse(System.nanoTime());
    var unused =
        exchange
            .response()
            .end(Buffer.buffer(body))
            .onComplete(taken -> {
              client.tookResponse(System.nanoTime());
              exchange.giveBack();
            });
    return Next.ANSWERED;
  }
}
