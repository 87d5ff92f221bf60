package dev.leat.worker.capability.clock;

import java.time.Duration;
import java.time.Instant;

/**
 * A clock that moves by what the guest does alone: a microsecond, its resolution, with each reading
 * and by each wait as long as was asked for. So a guest that waits for a time in a loop gets there,
 * and one that divides by the time it took does not divide by zero. Confined to the guest's thread.
 */
final class SteppedClock implements GuestClock {
  private static final Duration STEP = Duration.ofNanos(1_000);

  private Instant next;

  SteppedClock(Instant start) {
    this.next = start;
  }

  @Override
  public Instant instant() {
    Instant now = next;
    next = now.plus(STEP);
    return now;
  }

  @Override
  public long monotonicNanos() {
    Instant now = instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  @Override
  public void slept(long nanos) {
    next = next.plusNanos(nanos);
  }
}
