package dev.leat.invocations.async;

import java.util.Locale;

/** Where an accepted invocation is. */
public enum InvocationState {
  /** It waits to be begun, for the first time or again. */
  QUEUED,
  /** A node has it. */
  RUNNING,
  /** The function answered. */
  DONE,
  /** It ended in a way that is not tried again. */
  FAILED,
  /** It was tried as often, or for as long, as it may be. */
  DEAD,
  /** Its caller gave it up. */
  CANCELLED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static InvocationState ofWord(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  public boolean isEnded() {
    return this != QUEUED && this != RUNNING;
  }
}
