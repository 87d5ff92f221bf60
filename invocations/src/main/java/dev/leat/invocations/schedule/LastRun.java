package dev.leat.invocations.schedule;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * What became of a time at which a schedule was to fire.
 *
 * @param at that time
 * @param reason why nothing was accepted; "" if something was
 * @param invocation the id of what was accepted
 */
public record LastRun(Instant at, End end, String reason, Optional<String> invocation) {
  /** The longest reason that is kept. */
  public static final int REASON_CHARS_MAX = 500;

  public LastRun {
    reason = reason.length() <= REASON_CHARS_MAX ? reason : reason.substring(0, REASON_CHARS_MAX);
  }

  /** How it ended. */
  public enum End {
    /** A call was accepted. */
    ACCEPTED,
    /** Nobody was there at that time, and the schedule is not to make up for it. */
    MISSED,
    /** The function could not be called, or the tenant has no room. */
    REFUSED;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static End ofWord(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }
}
