package dev.leat.worker.capability;

import java.time.InstantSource;

/** The clocks that guests read: the time of day, and one that never runs backwards. */
public interface GuestClock extends InstantSource {
  /** Nanoseconds since some point before the guest began. */
  long monotonicNanos();

  /** The guest has waited for so long. */
  default void slept(long nanos) {}
}
