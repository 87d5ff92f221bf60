package dev.leat.gateway;

import dev.leat.contract.Limits;

/**
 * Where the gateway listens, and its bounds.
 *
 * @param host the address to listen on
 * @param port 0 for any free one
 * @param eventLoops threads that serve connections
 * @param bodyMemoryBytes request bodies held at once, all together
 * @param idleSeconds after which a connection whose client sends nothing is closed
 */
public record GatewayConfig(
    String host, int port, int eventLoops, long bodyMemoryBytes, int idleSeconds) {
  /** The longest request line: names of 63 characters leave room for paths of thousands. */
  static final int REQUEST_LINE_MAX = 8_192;

  /** All header fields of a request together; a token alone may take 8 KiB. */
  static final int HEADERS_MAX = 32_768;

  /** Text parts of a form, such as a module's signature. */
  static final int FORM_ATTRIBUTE_MAX = 65_536;

  /**
   * Longer than any function may run: while it does, its connection is as silent as an idle one. So
   * is one on which a response is being taken, which must be taken in this time too.
   */
  private static final int IDLE_SECONDS = (int) Limits.TIMEOUT_MAX.toSeconds() + 30;

  /** An eighth of the heap for bodies leaves room for their copies in guests. */
  public static GatewayConfig on(String host, int port, int cores) {
    return new GatewayConfig(host, port, cores, Runtime.getRuntime().maxMemory() / 8, IDLE_SECONDS);
  }
}
