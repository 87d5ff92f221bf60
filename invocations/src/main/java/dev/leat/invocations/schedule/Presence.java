package dev.leat.invocations.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Since when a node has been there to fire what is due. What was to be fired before that was
 * missed; what comes after it is late at the most, however long those before it take. For one
 * thread.
 */
final class Presence {
  /** Longer than it takes to start a node again, or to notice that one was lost. */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Nothing is fired later than this: who has more than can be fired misses some. */
  static final Duration LATE_MAX = Duration.ofMinutes(10);

  private Optional<Instant> since = Optional.empty();
  private Instant seen = Instant.EPOCH;

  /** What was to be fired before this is missed. */
  Instant inTime(Instant now) {
    if (since.isEmpty() || seen.plus(PATIENCE).isBefore(now)) {
      since = Optional.of(now);
    }
    seen = now;
    Instant inTime = since.get().minus(PATIENCE);
    Instant latest = now.minus(LATE_MAX);
    return inTime.isBefore(latest) ? latest : inTime;
  }

  /** All that was due by then has been fired. */
  void allFired(Instant until) {
    since = Optional.of(until);
  }

  /** Another node is there. */
  void ended() {
    since = Optional.empty();
  }
}
