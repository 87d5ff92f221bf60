package dev.leat.gateway.http;

import dev.leat.gateway.http.BodyMemory.Reservation;
import io.vertx.core.buffer.Buffer;

/**
 * A body as it arrives: one array that grows, each byte of it reserved before it is allocated, also
 * the old array beside the new one while it is copied. Confined to the request's event loop.
 */
final class GrowingBody {
  /** By how much the array grows: copying takes a quarter on top, and few steps. */
  private static final int STEP = 4;

  /** Bodies up to this size get their whole array at once. */
  private static final int FIRST_BYTES = 16_384;

  private static final byte[] EMPTY = new byte[0];

  private final Reservation memory;
  private final int expected;
  private byte[] bytes = EMPTY;
  private int size;

  /**
   * @param expected what it will have, if that is known, or what it may have
   */
  GrowingBody(Reservation memory, int expected) {
    this.memory = memory;
    this.expected = expected;
  }

  int size() {
    return size;
  }

  /**
   * Adds a chunk, which fits into what was expected; false, and nothing added, when there is no
   * memory for it.
   */
  boolean append(Buffer chunk) {
    int needed = size + chunk.length();
    if (needed > bytes.length && !grow(capacity(needed))) {
      return false;
    }
    chunk.getBytes(bytes, size);
    size = needed;
    return true;
  }

  /** The whole body, all of which stays reserved; null when there is no memory for it. */
  byte @org.jspecify.annotations.Nullable [] whole() {
    return bytes.length == size || grow(size) ? bytes : null;
  }

  /** The expected size, or a quarter, a sixteenth, ... of it that is enough. */
  private int capacity(int needed) {
    int capacity = Math.max(expected, needed);
    while (capacity > FIRST_BYTES && capacity / STEP >= needed) {
      capacity /= STEP;
    }
    return capacity;
  }

  private boolean grow(int capacity) {
    if (!memory.take(capacity)) {
      return false;
    }
    byte[] before = bytes;
    try {
      byte[] grown = new byte[capacity];
      System.arraycopy(before, 0, grown, 0, size);
      bytes = grown;
    } catch (OutOfMemoryError e) {
      memory.giveBack(capacity);
      return false;
    }
    memory.giveBack(before.length);
    return true;
  }
}
