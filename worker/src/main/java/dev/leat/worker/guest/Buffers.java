package dev.leat.worker.guest;

import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;

/** Bytes handed to a guest through its {@code allocate}, and those it hands back. */
final class Buffers {
  /** What a packed result of -1 means to a handler. */
  static final long FAILED = -1;

  private final GuestInstance instance;
  private final int allocate;

  Buffers(GuestInstance instance) {
    this.instance = instance;
    this.allocate = instance.function("allocate");
  }

  /** Copies the bytes to where the guest wants them; returns their pointer. */
  int give(byte[] bytes) {
    int pointer = (int) instance.call(allocate, bytes.length);
    if (pointer == 0 && bytes.length > 0) {
      throw GuestStopped.trapped("allocate returned no memory for " + bytes.length + " bytes");
    }
    instance.memory().write(pointer, bytes, 0, bytes.length);
    return pointer;
  }

  /** The bytes of a packed result: pointer in the high half, length in the low. */
  byte[] take(long packed) {
    return instance.memory().read((int) (packed >>> 32), (int) packed);
  }

  /**
   * The text at a guest's pointer, of which no more than {@code bytesMax} bytes are looked at: what
   * a guest says must not cost the host what its memory holds.
   */
  static String text(GuestInstance guest, long pointer, long length, int bytesMax) {
    if ((int) length > bytesMax) {
      var unused = guest.memory().read((int) pointer + (int) length - 1); // its end is inside too
    }
    return guest.memory().readText((int) pointer, Math.min((int) length, bytesMax));
  }

  static long length(long packed) {
    return packed & 0xffff_ffffL;
  }
}
