package dev.leat.worker.capability.random;

import static java.util.Arrays.copyOfRange;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.testkit.Seed;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SeededRandomTest {
  /** By Python's hmac and hashlib. */
  private static final String KNOWN =
      "55e32456fa628aeda9c07d3c502d76e9c9124b9c253191c09b1571361bbb3c622f1b66"
          + "cddd236ca7eb6d5e514e59742124ede373bdc7d4306cfba5492517cbafcf79a2764040";

  private static byte[] first(int bytes, SeededRandom random) {
    byte[] filled = new byte[bytes];
    random.fill(filled);
    return filled;
  }

  @Test
  void bytes_areThoseOfTheSpecification() {
    assertThat(HexFormat.of().formatHex(first(70, new SeededRandom("sämann")))).isEqualTo(KNOWN);
  }

  @Test
  void bytes_inAnyPieces_areTheSameStream() {
    Seed seed = Seed.orElse(11);
    Random sizes = seed.random();
    byte[] whole = first(2_000, new SeededRandom("s"));
    SeededRandom inPieces = new SeededRandom("s");

    for (int at = 0; at < 1_800; ) {
      byte[] piece = first(sizes.nextInt(100), inPieces);
      assertThat(piece)
          .as("%s, at %d", seed, at)
          .isEqualTo(copyOfRange(whole, at, at + piece.length));
      at += piece.length;
    }
  }
}
