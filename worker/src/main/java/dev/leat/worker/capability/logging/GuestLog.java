package dev.leat.worker.capability.logging;

import dev.leat.contract.FunctionVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the log lines of guests go. Never blocks; safe for several threads. */
@FunctionalInterface
public interface GuestLog {
  /** The longest text kept of one line, in characters; the rest is cut off. */
  int TEXT_MAX = 8_192;

  /**
   * Keeps one line.
   *
   * @param from the call that wrote it
   * @param text as the guest wrote it, at most {@link #TEXT_MAX} characters: hostile
   * @return the bytes that it takes of the log; 0 if lines of this level are not kept
   */
  int line(From from, Level level, String text);

  /**
   * A call that writes lines.
   *
   * @param trace the span that it is, or its request, as {@code traceparent}; null when it is not
   *     traced
   */
  record From(FunctionVersion version, String invocationId, @Nullable String trace) {}

  /** How much a line matters; the ordinal is the guest's number for it. */
  enum Level {
    DEBUG("debug"),
    INFO("info"),
    WARN("warn"),
    ERROR("error");

    private static final List<Level> ALL = List.of(values());

    private final String word;

    Level(String word) {
      this.word = word;
    }

    /** As permissions name it. */
    public String word() {
      return word;
    }

    /** The level of a guest's number; numbers out of range count as INFO. */
    public static Level of(int number) {
      return number >= 0 && number < ALL.size() ? ALL.get(number) : INFO;
    }
  }
}
