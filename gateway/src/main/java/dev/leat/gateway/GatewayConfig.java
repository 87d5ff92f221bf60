package dev.leat.gateway;

import dev.leat.gateway.http.ConnectionLimits;

/**
 * Where the gateway listens, and its bounds.
 *
 * @param host the address to listen on
 * @param port 0 for any free one
 * @param isGateway whether functions and the control plane are served; else health and metrics
 *     alone
 * @param eventLoops threads that serve connections
 * @param bodyMemoryBytes bodies of requests and responses held at once, all together
 * @param connections what clients' connections may take
 */
public record GatewayConfig(
    String host,
    int port,
    boolean isGateway,
    int eventLoops,
    long bodyMemoryBytes,
    ConnectionLimits connections) {
  /** The longest request line: names of 63 characters leave room for paths of thousands. */
  static final int REQUEST_LINE_MAX = 8_192;

  /** All header fields of a request together; a token alone may take 8 KiB. */
  static final int HEADERS_MAX = 32_768;

  /** An eighth of the heap for bodies leaves room for their copies in guests. */
  public static GatewayConfig on(
      String host, int port, boolean isGateway, int cores, ConnectionLimits connections) {
    return new GatewayConfig(
        host, port, isGateway, cores, Runtime.getRuntime().maxMemory() / 8, connections);
  }
}
