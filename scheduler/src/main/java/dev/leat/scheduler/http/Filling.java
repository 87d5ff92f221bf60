package dev.leat.scheduler.http;

import io.vertx.core.buffer.Buffer;

/** Bytes of a known number that come in pieces. Confined to one event loop. */
final class Filling {
  private final byte[] bytes;
  private int filled;

  Filling(int length) {
    this.bytes = new byte[length];
  }

  /**
   * Takes what still belongs to it from a piece.
   *
   * @param at where to begin
   * @return where the rest begins
   */
  int take(Buffer piece, int at) {
    int taken = Math.min(bytes.length - filled, piece.length() - at);
    piece.getBytes(at, at + taken, bytes, filled);
    filled += taken;
    return at + taken;
  }

  boolean isFull() {
    return filled == bytes.length;
  }

  /** All of them, once it is full. */
  byte[] bytes() {
    return bytes;
  }
}
