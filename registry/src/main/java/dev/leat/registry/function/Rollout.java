package dev.leat.registry.function;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A version that is brought to all callers step by step. A step is taken at the start, and the next
 * one each time that the interval has passed; with the last one it is promoted.
 *
 * @param version that is released
 * @param base what other versions had when it began, in slots; they keep their proportions, and get
 *     all back when it is given up
 * @param steps what the version has after each, in slots; they rise, and the last is all
 * @param step how many were taken
 * @param nextAt when the next one is due; empty while none is
 * @param changedAt when its state or step last changed
 */
public record Rollout(
    int version,
    Map<Integer, Integer> base,
    List<Integer> steps,
    Duration interval,
    int step,
    State state,
    Optional<Instant> nextAt,
    Instant startedAt,
    String startedBy,
    Instant changedAt) {
  public static final List<Integer> STEPS_DEFAULT = List.of(500, 2_500, 5_000, Slots.COUNT);
  public static final int STEPS_MAX = 20;
  public static final Duration INTERVAL_DEFAULT = Duration.ofMinutes(2);
  public static final Duration INTERVAL_MIN = Duration.ofSeconds(1);
  public static final Duration INTERVAL_MAX = Duration.ofDays(7);

  public Rollout {
    base = Map.copyOf(base);
    steps = List.copyOf(steps);
  }

  /** Before its first step. */
  public static Rollout begun(
      int version,
      Map<Integer, Integer> base,
      List<Integer> steps,
      Duration interval,
      String by,
      Instant at) {
    return new Rollout(
        version, base, steps, interval, 0, State.RUNNING, Optional.of(at), at, by, at);
  }

  /** Whether it may still change the traffic. */
  public boolean isUnderWay() {
    return state == State.RUNNING || state == State.PAUSED;
  }

  public boolean isDue(Instant now) {
    return state == State.RUNNING && nextAt.isPresent() && !now.isBefore(nextAt.get());
  }

  /** With the next step taken. */
  public Rollout stepped(Instant at) {
    int taken = step + 1;
    return taken == steps.size()
        ? with(taken, State.PROMOTED, Optional.empty(), at)
        : with(taken, State.RUNNING, Optional.of(at.plus(interval)), at);
  }

  public Rollout paused(Instant at) {
    return with(step, State.PAUSED, Optional.empty(), at);
  }

  /** Its next step is a whole interval away. */
  public Rollout resumed(Instant at) {
    return with(step, State.RUNNING, Optional.of(at.plus(interval)), at);
  }

  public Rollout promoted(Instant at) {
    return with(steps.size(), State.PROMOTED, Optional.empty(), at);
  }

  /** It is over, and what it did to the traffic is undone. */
  public Rollout ended(State as, Instant at) {
    return with(step, as, Optional.empty(), at);
  }

  private Rollout with(int taken, State next, Optional<Instant> due, Instant at) {
    return new Rollout(version, base, steps, interval, taken, next, due, startedAt, startedBy, at);
  }

  /** What each version has after the steps that were taken. */
  public Map<Integer, Integer> weights() {
    int share = step == 0 ? 0 : steps.get(step - 1);
    Map<Integer, Integer> weights = new TreeMap<>(divided(Slots.COUNT - share));
    weights.put(version, share);
    weights.values().removeIf(weight -> weight == 0);
    return weights;
  }

  /** What others had before it began, of all. */
  Map<Integer, Integer> baseWeights() {
    Map<Integer, Integer> weights = divided(Slots.COUNT);
    weights.values().removeIf(weight -> weight == 0);
    return weights;
  }

  /** So many slots in the proportions of the base, to the slot, by the largest remainders. */
  private Map<Integer, Integer> divided(int slots) {
    long sum = base.values().stream().mapToLong(weight -> weight).sum();
    Map<Integer, Integer> shares = new TreeMap<>();
    base.forEach((other, weight) -> shares.put(other, (int) (weight * (long) slots / sum)));
    int left = slots - shares.values().stream().mapToInt(share -> share).sum();
    base.entrySet().stream()
        .sorted(
            Comparator.<Map.Entry<Integer, Integer>>comparingLong(
                    other -> -(other.getValue() * (long) slots % sum))
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(left)
        .forEach(other -> shares.merge(other.getKey(), 1, Integer::sum));
    return shares;
  }

  /** How it goes on, or how it ended. */
  public enum State {
    /** The next step is taken when it is due. */
    RUNNING,
    PAUSED,
    /** The version has all traffic. */
    PROMOTED,
    /** Traffic was rolled back meanwhile. */
    ROLLED_BACK,
    /** It was given up, and others have their traffic again. */
    ABORTED;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
