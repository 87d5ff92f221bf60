package dev.leat.gateway.pipeline;

import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/**
 * Exactly one {@code Host} field (RFC 9112, 3.2); HTTP/1.0 knows requests without. Of a connection
 * on which others come nothing more is read.
 */
public final class RequireHost implements Step<Exchange> {
  private static final Problem ONE_HOST =
      Problem.of(
          ProblemCode.INVALID_REQUEST,
          "The request must have exactly one Host field (RFC 9112, 3.2).");

  @Override
  public Next take(Exchange exchange) {
    HttpServerRequest request = exchange.request();
    int hosts = request.headers().getAll(HttpHeaders.HOST).size();
    if (hosts == 1 || (hosts == 0 && request.version() == HttpVersion.HTTP_1_0)) {
      return Next.GO_ON;
    }
    exchange.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    Next answered = exchange.refuse(ONE_HOST);
    var unused = request.connection().close();
    return answered;
  }
}
