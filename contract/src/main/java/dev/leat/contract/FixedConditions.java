package dev.leat.contract;

import java.time.Instant;

/**
 * The time and the randomness that an invocation is to meet instead of the real ones, so that it
 * can be repeated. It then gets an instance of its own, initialised under the same conditions: two
 * invocations of one version with equal conditions, ids and calls see the same of both, on every
 * node.
 *
 * @param time what the clocks show at first, 1970 to 2199; they move by what the guest does alone
 * @param seed all random bytes follow from it: 1-256 characters; what must not be guessed needs one
 *     that cannot be
 */
public record FixedConditions(Instant time, String seed) {
  private static final int SEED_CHARS_MAX = 256;
  private static final Instant END = Instant.parse("2200-01-01T00:00:00Z");

  public FixedConditions {
    if (time.isBefore(Instant.EPOCH) || !time.isBefore(END)) {
      throw new IllegalArgumentException("time must be in 1970-2199, was " + time);
    }
    if (seed.isEmpty() || seed.length() > SEED_CHARS_MAX) {
      throw new IllegalArgumentException(
          "seed must have 1-" + SEED_CHARS_MAX + " characters, had " + seed.length());
    }
  }
}
