package dev.leat.worker.capability;

import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;

/** Bytes that a host function hands over in memory from the guest's own {@code allocate}. */
public final class GuestBuffer {
  private GuestBuffer() {}

  /**
   * Copies the bytes to where the guest wants them.
   *
   * @return {@code (pointer << 32) | length}, never 0
   */
  public static long give(GuestInstance guest, byte[] bytes) {
    guest.charge(bytes.length);
    int pointer = (int) guest.call(guest.function("allocate"), Math.max(1, bytes.length));
    if (pointer == 0) {
      throw GuestStopped.trapped("allocate returned no memory for " + bytes.length + " bytes");
    }
    guest.memory().write(pointer, bytes, 0, bytes.length);
    return Integer.toUnsignedLong(pointer) << 32 | bytes.length;
  }
}
