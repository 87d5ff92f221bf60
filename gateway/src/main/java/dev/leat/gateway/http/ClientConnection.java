package dev.leat.gateway.http;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/** A connection from a client, and what it is doing. Confined to its event loop. */
public final class ClientConnection {
  private final HttpConnection connection;
  private final String address;
  private @Nullable HttpServerRequest request;
  private boolean isTakingResponse;
  private long sinceNanos;
  private long closeAtNanos = Long.MAX_VALUE;

  ClientConnection(HttpConnection connection, String address, long nowNanos) {
    this.connection = connection;
    this.address = address;
    this.sinceNanos = nowNanos;
  }

  /** Whom it counts for: an IPv4 address, or the first 64 bits of an IPv6 address. */
  public String address() {
    return address;
  }

  void begin(HttpServerRequest begun) {
    request = begun;
  }

  /** The client has begun to take a response that may not fit into the socket's buffers. */
  public void takesResponse(long nowNanos) {
    isTakingResponse = true;
    sinceNanos = nowNanos;
  }

  /** The client has taken the response, or has gone. */
  public void tookResponse(long nowNanos) {
    isTakingResponse = false;
    sinceNanos = nowNanos;
  }

  /** Closes it at this time at the latest, whatever it is doing. */
  void closeAt(long nanos) {
    closeAtNanos = nanos;
  }

  /** Closes it if it has been without progress for longer than is allowed. */
  void look(long nowNanos, ConnectionLimits limits) {
    long quietNanos = nowNanos - sinceNanos;
    HttpServerRequest current = request;
    boolean isLate;
    if (isTakingResponse) {
      isLate = quietNanos > limits.response().toNanos();
    } else if (current != null && !current.response().ended()) {
      sinceNanos = nowNanos; // the function's own time limit, or the body's, holds
      isLate = false;
    } else if (current != null && !current.isEnded()) {
      isLate = quietNanos > limits.bodyGrace().toNanos();
    } else {
      isLate = quietNanos > limits.idle().toNanos();
    }
    if (isLate || nowNanos >= closeAtNanos) {
      close();
    }
  }

  void close() {
    var unused = connection.close();
  }
}
