package dev.leat.worker;

import dev.leat.engine.GuestStopped;

/** How bringing up a version ended that is not deployed yet. */
public sealed interface Trial {
  /** An instance of it is there, which is the caller's. Safe for one thread at a time. */
  non-sealed interface CameUp extends Trial, AutoCloseable {
    /** Keeps the instance for the version's first call, where there is room for it. */
    void keep();

    /** Lets the instance go, unless it was kept. */
    @Override
    void close();
  }

  /** It does not come up, and would not for a call. */
  record Stopped(GuestStopped.Reason reason, String detail) implements Trial {}

  /** Its module cannot be loaded. */
  record Unloadable(String detail) implements Trial {}

  /** It was not brought up, which is no fault of its own: this node had no room or time for it. */
  record Busy(String reason) implements Trial {}
}
