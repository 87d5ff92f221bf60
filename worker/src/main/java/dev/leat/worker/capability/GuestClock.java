package dev.leat.worker.capability;

import java.time.InstantSource;

/** The clock that guests read. One clock serves for all of WASI's. */
@FunctionalInterface
public interface GuestClock extends InstantSource {
  /** The guest has waited for so long. */
  default void slept(long nanos) {}
}
