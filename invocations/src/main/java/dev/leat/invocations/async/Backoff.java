package dev.leat.invocations.async;

import dev.leat.contract.AsyncPolicy;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long the next attempt waits: twice as long each time, and not all at the same moment. */
final class Backoff {
  /** What nothing ran of waits so long at the least: the platform is short of room. */
  private static final Duration NOT_BEGUN = Duration.ofMillis(200);

  private static final int DOUBLINGS_MAX = 30;

  private final RandomGenerator random;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** Between half of the wait and all of it. */
  Duration after(int attempts, AsyncPolicy policy) {
    long first = policy.first().toMillis();
    long most = policy.max().toMillis();
    int doublings = Math.min(attempts - 1, DOUBLINGS_MAX);
    long wait = first > most >> doublings ? most : first << doublings;
    return jittered(wait);
  }

  /** After nothing ran. */
  Duration notBegun(Duration retryAfter) {
    return jittered(2 * Math.max(NOT_BEGUN.toMillis(), retryAfter.toMillis()));
  }

  private Duration jittered(long millis) {
    return Duration.ofMillis(millis / 2 + random.nextLong(millis / 2 + 1));
  }
}
