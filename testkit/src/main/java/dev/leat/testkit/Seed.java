package dev.leat.testkit;

import java.util.Random;

/**
 * The seed of a test's random input: {@code -Dleat.seed=N} where given, else the test's own number.
 * Tests put {@link #toString()} into their assertions' descriptions, so that a failure says how to
 * run it again.
 *
 * @param value the seed
 */
public record Seed(long value) {
  public static Seed orElse(long standard) {
    return new Seed(Long.getLong("leat.seed", standard));
  }

  public Random random() {
    return new Random(value);
  }

  @Override
  public String toString() {
    return "rerun with -Dleat.seed=" + value;
  }
}
