package dev.leat.contract;

import java.time.Duration;

/**
 * How many instances of a function version a worker keeps, and what becomes of one after a call.
 *
 * @param min instances made ready at deploy and kept while idle, 0 to {@code max}
 * @param max instances that may exist at once on one worker, 1 to 1,000
 * @param idle how long an instance above {@code min} is kept unused
 * @param reuse what the next invocation meets
 */
public record InstancePolicy(int min, int max, Duration idle, Reuse reuse) {
  public static final int MAX_INSTANCES = 1_000;
  public static final InstancePolicy DEFAULT =
      new InstancePolicy(0, 8, Duration.ofSeconds(30), Reuse.RESET);

  public InstancePolicy {
    if (max < 1 || max > MAX_INSTANCES) {
      throw new IllegalArgumentException(
          "instances.max must be 1-" + MAX_INSTANCES + ", was " + max);
    }
    if (min < 0 || min > max) {
      throw new IllegalArgumentException("instances.min must be 0-" + max + ", was " + min);
    }
    if (idle.isNegative()) {
      throw new IllegalArgumentException("instances.idle must not be negative, was " + idle);
    }
  }

  /** What the next invocation meets. */
  public enum Reuse {
    /** The state after the guest's own initialisation, put back after each call. */
    RESET,
    /** A new instance for each call. */
    FRESH,
    /** Whatever the last call left. */
    SHARED
  }
}
