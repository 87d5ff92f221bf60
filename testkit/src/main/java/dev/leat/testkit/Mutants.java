package dev.leat.testkit;

import java.util.Arrays;
import java.util.Random;

/** Bytes that nobody's tool wrote: others with a few changes. */
public final class Mutants {
  private Mutants() {}

  /** One to four changes: a bit flipped, a byte set, inserted or deleted, a stretch copied. */
  public static byte[] mutated(byte[] original, Random random) {
    byte[] bytes = original.clone();
    for (int change = random.nextInt(4); change >= 0; change--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = spliced(bytes, at, new byte[] {(byte) random.nextInt(256)}, 0);
        case 3 -> bytes = spliced(bytes, at, new byte[0], 1);
        default -> {
          int length = Math.min(random.nextInt(8), bytes.length - at);
          int to = random.nextInt(bytes.length - length + 1);
          System.arraycopy(original, Math.min(at, original.length - length), bytes, to, length);
        }
      }
    }
    return bytes;
  }

  private static byte[] spliced(byte[] bytes, int at, byte[] inserted, int removed) {
    byte[] result = Arrays.copyOf(bytes, bytes.length + inserted.length - removed);
    System.arraycopy(inserted, 0, result, at, inserted.length);
    System.arraycopy(
        bytes, at + removed, result, at + inserted.length, bytes.length - at - removed);
    return result;
  }
}
