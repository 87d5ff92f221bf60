package dev.leat.registry.function;

import dev.leat.contract.Excerpt;
import dev.leat.registry.canary.Verdict;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A version that is brought to all callers step by step. A step is taken at the start, and the next
 * one each time that the interval has passed, of a canary only if the verdict is that it passes;
 * with the last one it is promoted.
 *
 * @param id tells it from other rollouts of the function: the revision of the traffic with which it
 *     began
 * @param base what other versions had when it began, in slots; they keep their proportions, and get
 *     all back when it is given up
 * @param step how many were taken
 * @param nextAt when the next one is due; empty while none is
 * @param said the verdict on a canary at its last step, or that ended it
 * @param changedAt when its state or step last changed
 */
public record Rollout(
    int id,
    RolloutPlan plan,
    Map<Integer, Integer> base,
    int step,
    State state,
    Optional<Instant> nextAt,
    Optional<Said> said,
    Instant startedAt,
    String startedBy,
    Instant changedAt) {
  public Rollout {
    base = Map.copyOf(base);
  }

  /**
   * A verdict.
   *
   * @param reason "" where nothing is to be said
   */
  public record Said(Verdict verdict, String reason) {
    static final int REASON_CHARS_MAX = 500;

    public Said {
      reason = Excerpt.of(reason, REASON_CHARS_MAX);
    }
  }

  /** Before its first step. */
  public static Rollout begun(
      int id, RolloutPlan plan, Map<Integer, Integer> base, String by, Instant at) {
    return new Rollout(
        id, plan, base, 0, State.RUNNING, Optional.of(at), Optional.empty(), at, by, at);
  }

  public int version() {
    return plan.version();
  }

  /** Whether it is judged now. */
  public boolean isCanaryUnderWay() {
    return plan.isCanary() && isUnderWay();
  }

  /** The version that a canary is compared with: of others the one that had most of the traffic. */
  public int control() {
    return base.entrySet().stream()
        .max(
            Map.Entry.<Integer, Integer>comparingByValue()
                .thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .orElseThrow();
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
    return taken == plan.steps().size()
        ? with(taken, State.PROMOTED, Optional.empty(), at)
        : with(taken, State.RUNNING, Optional.of(at.plus(plan.interval())), at);
  }

  public Rollout paused(Instant at) {
    return with(step, State.PAUSED, Optional.empty(), at);
  }

  /** Its next step is a whole interval away. */
  public Rollout resumed(Instant at) {
    return with(step, State.RUNNING, Optional.of(at.plus(plan.interval())), at);
  }

  public Rollout promoted(Instant at) {
    return with(plan.steps().size(), State.PROMOTED, Optional.empty(), at);
  }

  /** It is over, and what it did to the traffic is undone. */
  public Rollout ended(State as, Instant at) {
    return with(step, as, Optional.empty(), at);
  }

  private Rollout with(int taken, State next, Optional<Instant> due, Instant at) {
    return new Rollout(id, plan, base, taken, next, due, said, startedAt, startedBy, at);
  }

  /** With what is said of it now. */
  public Rollout saying(Said now) {
    return new Rollout(
        id, plan, base, step, state, nextAt, Optional.of(now), startedAt, startedBy, changedAt);
  }

  /** What each version has after the steps that were taken. */
  public Map<Integer, Integer> weights() {
    int share = step == 0 ? 0 : plan.steps().get(step - 1);
    Map<Integer, Integer> weights = new TreeMap<>(divided(Slots.COUNT - share));
    weights.put(plan.version(), share);
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
    /** Traffic was rolled back meanwhile, by somebody or by the verdict. */
    ROLLED_BACK,
    /** It was given up, and others have their traffic again. */
    ABORTED;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
