package dev.leat.worker.capability.clock;

import java.time.Instant;
import java.time.InstantSource;

/** The clocks that guests read: the time of day, and one that never runs backwards. */
public interface GuestClock extends InstantSource {
  /** Nanoseconds since some point before the guest began. */
  long monotonicNanos();

  /** The guest has waited for so long. */
  default void slept(long nanos) {}

  /** Whether there is a WASI clock of this id: time of day, monotonic, process and thread time. */
  static boolean exists(long id) {
    return id >= 0 && id <= 3;
  }

  /** A WASI clock. The monotonic one stands for processor times too: a call is short. */
  default long nanos(long id) {
    if (id != 0) {
      return monotonicNanos();
    }
    Instant now = instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }
}
