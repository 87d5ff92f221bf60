package dev.leat.registry.function;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a version is to be released.
 *
 * @param steps what the version has after each, in slots; they rise, and the last is all
 * @param interval from one step to the next
 * @param keep how long those that lose their traffic by it are kept warm
 */
public record RolloutPlan(
    int version, Strategy strategy, List<Integer> steps, Duration interval, Duration keep) {
  public static final List<Integer> STEPS_DEFAULT = List.of(500, 2_500, 5_000, Slots.COUNT);
  public static final int STEPS_MAX = 20;
  public static final Duration INTERVAL_DEFAULT = Duration.ofMinutes(2);
  public static final Duration INTERVAL_MIN = Duration.ofSeconds(1);
  public static final Duration INTERVAL_MAX = Duration.ofDays(7);
  public static final Duration KEEP_MAX = Duration.ofDays(1);

  public RolloutPlan {
    steps = List.copyOf(steps);
  }

  public boolean isCanary() {
    return strategy == Strategy.CANARY;
  }

  /** What a step waits for. */
  public enum Strategy {
    /** The interval has passed. */
    ROLLING,
    /** Nothing: there is one step, and the old version is kept warm for a time of one's own. */
    BLUE_GREEN,
    /** The interval has passed, and the version is no worse than the old one. */
    CANARY;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<Strategy> ofWord(String word) {
      for (Strategy strategy : values()) {
        if (strategy.word().equals(word)) {
          return Optional.of(strategy);
        }
      }
      return Optional.empty();
    }
  }
}
