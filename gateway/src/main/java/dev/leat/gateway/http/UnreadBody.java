package dev.leat.gateway.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** What happens to the body of a request that is answered before its body was read. */
public final class UnreadBody {
  /** A short body is read and dropped: that is cheaper than a new connection. */
  private static final int DROPPED_MAX = 65_536;

  /** How long a client may go on sending: closing at once would take the answer from it. */
  private static final long LINGER_NANOS = 2_000_000_000;

  private UnreadBody() {}

  /** Must be called before the response is written. */
  public static void drop(HttpServerRequest request, Connections connections) {
    if (!request.isEnded()) {
      request.handler(chunk -> {});
      if (!isShort(request)) {
        close(request, connections);
      }
    }
  }

  /** Closes the connection once the body has come or the client has had time for the answer. */
  static void close(HttpServerRequest request, Connections connections) {
    ClientConnection connection = connections.of(request);
    request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    request.endHandler(end -> connection.close());
    connection.closeAt(connections.nanoTime() + LINGER_NANOS);
  }

  /** Whether the client sends its body only when it is told to (RFC 9110, 10.1.1). */
  static boolean isAwaitingContinue(HttpServerRequest request) {
    return "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT));
  }

  private static boolean isShort(HttpServerRequest request) {
    if (request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null) {
      return false;
    }
    String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return declared == null
        || (declared.length() <= 5
            && Integer.parseInt(declared) <= DROPPED_MAX
            && !isAwaitingContinue(request));
  }
}
