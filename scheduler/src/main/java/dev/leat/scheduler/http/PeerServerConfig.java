package dev.leat.scheduler.http;

/**
 * Where other nodes reach this one, and how much of theirs is held.
 *
 * @param host the address to listen on
 * @param port 0 for any free one
 * @param eventLoops how many event loops share the connections
 * @param heldBytesMax what bodies and heads of other nodes' calls may take; more are answered
 *     {@code Overloaded} before their body is read
 */
public record PeerServerConfig(String host, int port, int eventLoops, long heldBytesMax) {
  /** Half of what a gateway holds of bodies; guests' memory takes five eighths of the heap. */
  private static final int HEAP_SHARE = 16;

  public static PeerServerConfig on(String host, int port, int eventLoops) {
    return new PeerServerConfig(
        host, port, eventLoops, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
  }
}
