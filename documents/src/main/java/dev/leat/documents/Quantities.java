package dev.leat.documents;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and durations as documents write them. */
public final class Quantities {
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,12})(Ki|Mi|Gi)?");
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})(ms|s|m|h)");

  private Quantities() {}

  /** The bytes in {@code 16Mi}, {@code 64Ki}, {@code 1Gi} or {@code 4096}. */
  public static Optional<Long> parseSize(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "Ki" -> count << 10;
          case "Mi" -> count << 20;
          case "Gi" -> count << 30;
          case null, default -> count;
        });
  }

  /** The time in {@code 500ms}, {@code 2s}, {@code 1m} or {@code 24h}. */
  public static Optional<Duration> parseDuration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(count);
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          default -> Duration.ofHours(count);
        });
  }

  /** The shortest text that {@link #parseSize} reads back. */
  public static String size(long bytes) {
    if (bytes == 0) {
      return "0";
    }
    if (bytes % (1 << 30) == 0) {
      return (bytes >> 30) + "Gi";
    }
    if (bytes % (1 << 20) == 0) {
      return (bytes >> 20) + "Mi";
    }
    return bytes % (1 << 10) == 0 ? (bytes >> 10) + "Ki" : Long.toString(bytes);
  }

  /** The shortest text that {@link #parseDuration} reads back; whole milliseconds. */
  public static String duration(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 1_000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1_000;
    if (seconds % 60 != 0 || seconds == 0) {
      return seconds + "s";
    }
    return seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds / 60 + "m";
  }
}
