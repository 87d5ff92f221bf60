package dev.leat.worker.capability.clock;

import java.time.Instant;
import java.time.InstantSource;

/** The node's own clocks. Safe for several threads. */
final class NodeClock implements GuestClock {
  private static final long STARTED_NANOS = System.nanoTime();

  private final InstantSource timeOfDay;

  NodeClock(InstantSource timeOfDay) {
    this.timeOfDay = timeOfDay;
  }

  @Override
  public Instant instant() {
    return timeOfDay.instant();
  }

  @Override
  public long monotonicNanos() {
    return System.nanoTime() - STARTED_NANOS;
  }
}
