package dev.leat.invocations.schedule;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What becomes of times at which a schedule was to fire and nobody was there to fire it. */
public enum MissedRuns {
  /** Nothing. */
  SKIP,
  /** One call for all of them. */
  ONCE,
  /** A call for each, the first {@link Plan#MISSED_MAX} of them. */
  ALL;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<MissedRuns> ofWord(String word) {
    return Stream.of(values()).filter(it -> it.word().equals(word)).findFirst();
  }
}
