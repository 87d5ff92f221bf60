package dev.leat.worker.capability;

import dev.leat.engine.GuestInstance;

/** Texts that guests point to, or have room for. */
public final class GuestText {
  private GuestText() {}

  /**
   * The text at a guest's pointer, of which no more than {@code bytesMax} bytes are looked at: what
   * a guest says must not cost the host what its memory holds.
   */
  public static String read(GuestInstance guest, long pointer, long length, int bytesMax) {
    if ((int) length > bytesMax) {
      var unused = guest.memory().read((int) pointer + (int) length - 1); // its end is inside too
    }
    return guest.memory().readText((int) pointer, Math.min((int) length, bytesMax));
  }

  /**
   * Writes as much of the bytes as there is room for, and gives how many there are: a guest that
   * has too little room asks again.
   */
  public static int write(GuestInstance guest, byte[] bytes, long buffer, long capacity) {
    guest.charge(bytes.length);
    int length = (int) Math.min(Integer.toUnsignedLong((int) capacity), bytes.length);
    guest.memory().write((int) buffer, bytes, 0, length);
    return bytes.length;
  }
}
