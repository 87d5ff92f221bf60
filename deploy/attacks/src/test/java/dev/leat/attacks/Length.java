package dev.leat.attacks;

import java.time.Duration;

/**
 * How long the attacks go on: shortened in every build, in full by {@code -Dattacks=full}.
 *
 * @param quiet for how long the neighbour is measured without an attack
 * @param attack for how long it is measured in one
 * @param roundsMin attacks at least
 */
record Length(boolean isFull, Duration quiet, Duration attack, int roundsMin) {
  static final Length OF_THIS_RUN =
      "full".equals(System.getProperty("attacks"))
          ? new Length(true, Duration.ofSeconds(3), Duration.ofSeconds(10), 2)
          : new Length(false, Duration.ofMillis(400), Duration.ofMillis(800), 1);

  /** So much of something. */
  static int of(int shortened, int full) {
    return OF_THIS_RUN.isFull ? full : shortened;
  }
}
