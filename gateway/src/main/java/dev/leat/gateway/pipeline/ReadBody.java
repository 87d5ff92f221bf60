package dev.leat.gateway.pipeline;

import dev.leat.contract.Answer;
import dev.leat.contract.Problem;
import dev.leat.gateway.http.BodyContent;
import dev.leat.gateway.http.BodyReader;
import dev.leat.gateway.http.FormContent;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Objects;
import java.util.function.BiConsumer;

/** Reads the body whole, up to its bound, as memory is free and the client is quick enough. */
public final class ReadBody implements Step<Exchange> {
  @Override
  public Next take(Exchange exchange) {
    HttpServerRequest request = exchange.request();
    if (!BodyReader.isExpected(request)) {
      return Next.GO_ON;
    }
    int expected = BodyReader.expectedBytes(request, exchange.bodyMax());
    if (exchange.isForm()) {
      String type = Objects.requireNonNullElse(request.getHeader(HttpHeaders.CONTENT_TYPE), "");
      read(exchange, new FormContent(type, exchange.memory(), expected), Exchange::parts);
    } else {
      read(exchange, BodyContent.plain(exchange.memory(), expected), Exchange::body);
    }
    return Next.WAIT;
  }

  private static <T> void read(
      Exchange exchange, BodyContent<T> content, BiConsumer<Exchange, T> whole) {
    BodyReader<T> reader =
        new BodyReader<>(
            exchange.request(),
            exchange.bodyMax(),
            exchange::bodyTooLarge,
            content,
            exchange.connections());
    exchange.arriving(reader);
    reader.read(answer -> {
      exchange.arriving(null);
      switch (answer) {
        case Answer.Refused<T>(Problem problem) -> exchange.refuse(problem);
        case Answer.Done<T>(T body) -> {
          whole.accept(exchange, body);
          exchange.run();
        }
      }
    });
  }
}
