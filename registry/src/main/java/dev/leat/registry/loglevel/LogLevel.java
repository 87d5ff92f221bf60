package dev.leat.registry.loglevel;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** From which level on lines are kept, the lowest first. */
public enum LogLevel {
  DEBUG,
  INFO,
  WARN,
  ERROR,
  /** No lines are kept. */
  OFF;

  /** What holds where nothing is said. */
  public static final LogLevel STANDARD = DEBUG;

  public static final List<String> WORDS = Arrays.stream(values()).map(LogLevel::word).toList();

  /** As users write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<LogLevel> ofWord(String word) {
    return Arrays.stream(values()).filter(level -> level.word().equals(word)).findFirst();
  }

  /** Whether a line of this level is kept. */
  public boolean keeps(LogLevel line) {
    return line.compareTo(this) >= 0;
  }
}
