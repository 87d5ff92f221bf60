package dev.leat.registry.function;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which versions of a function answer calls that name none. Each change makes the next revision.
 *
 * @param revision 0 before the first version
 * @param previous the version that {@code rollback} goes to: the one that led when what is released
 *     now began to get traffic
 * @param former the versions that lost their traffic lately, and until when they are kept warm
 * @param rollout the one that is under way, or was the last
 * @param changedBy who changed it last
 */
public record Traffic(
    int revision,
    Slots slots,
    Optional<Integer> previous,
    Map<Integer, Instant> former,
    Optional<Sticky> sticky,
    Optional<Rollout> rollout,
    Instant changedAt,
    String changedBy) {
  /** Versions that share the traffic; see {@link DeployFunction#VERSIONS_KEPT}. */
  public static final int VERSIONS_MAX = 40;

  /**
   * How long a version that lost its traffic is kept warm, to get it back at once, where nothing
   * else is asked for.
   */
  public static final Duration KEPT_WARM = Duration.ofMinutes(10);

  /**
   * Of so many versions, each with an instance on a worker that ran it: those kept for the longest.
   */
  public static final int FORMER_MAX = 3;

  /** Of a function that has no version yet. */
  public static final Traffic NONE =
      new Traffic(
          0,
          Slots.NONE,
          Optional.empty(),
          Map.of(),
          Optional.empty(),
          Optional.empty(),
          Instant.EPOCH,
          "");

  public Traffic {
    former = Map.copyOf(former);
  }

  /** The version that most of the traffic goes to; empty if there is none. */
  public Optional<Integer> leading() {
    return slots.leading();
  }

  public boolean isAllTo(int version) {
    return slots.equals(Slots.allTo(version));
  }

  /**
   * The versions get so many of the slots, and others none.
   *
   * @param weights 1 or more each, {@link Slots#COUNT} in all
   */
  public Traffic moved(Map<Integer, Integer> weights, String by, Instant at) {
    return moved(weights, rollout, KEPT_WARM, by, at);
  }

  private Traffic moved(
      Map<Integer, Integer> weights,
      Optional<Rollout> released,
      Duration keep,
      String by,
      Instant at) {
    boolean begins = !slots.weights().keySet().containsAll(weights.keySet());
    Optional<Integer> before = begins ? leading().or(() -> previous) : previous;
    return changed(slots.moved(weights), before, released, keep, by, at);
  }

  /**
   * All of it goes to one version, which is what is gone back to from now on, too. A rollout that
   * is under way ends.
   */
  public Traffic rolledBack(int version, String by, Instant at) {
    Optional<Rollout> ended =
        rollout.map(last -> last.isUnderWay() ? last.ended(Rollout.State.ROLLED_BACK, at) : last);
    return changed(Slots.allTo(version), Optional.of(version), ended, KEPT_WARM, by, at);
  }

  public Traffic with(Optional<Sticky> other) {
    return new Traffic(revision, slots, previous, former, other, rollout, changedAt, changedBy);
  }

  /** Whether a rollout is under way: it alone moves the traffic, or is ended. */
  public boolean isReleasing() {
    return rollout.isPresent() && rollout.get().isUnderWay();
  }

  /** The rollout goes on, or stands, without moving anything. */
  public Traffic with(Rollout next, String by, Instant at) {
    return changed(slots, previous, Optional.of(next), KEPT_WARM, by, at);
  }

  /** The rollout moves the traffic to where it is now. */
  public Traffic stepped(Rollout next, String by, Instant at) {
    return moved(next.weights(), Optional.of(next), next.plan().keep(), by, at);
  }

  /** The rollout that is under way is given up for another one, which takes its first step. */
  public Traffic replaced(Rollout next, String by, Instant at) {
    Traffic undone = undone(rollout.orElseThrow().ended(Rollout.State.ABORTED, at), by, at);
    return new Traffic(
            revision, undone.slots, previous, undone.former, sticky, undone.rollout, at, by)
        .stepped(next, by, at);
  }

  /** The rollout has ended, and all have what they had before it. */
  public Traffic undone(Rollout ended, String by, Instant at) {
    return changed(
        slots.moved(ended.baseWeights()), previous, Optional.of(ended), KEPT_WARM, by, at);
  }

  /** The rollout, if it is a canary that is under way. */
  public Optional<Rollout> canary() {
    return rollout.filter(Rollout::isCanaryUnderWay);
  }

  private Traffic changed(
      Slots next,
      Optional<Integer> before,
      Optional<Rollout> released,
      Duration keep,
      String by,
      Instant at) {
    return new Traffic(
        revision + 1, next, before, formerAt(next, keep, at), sticky, released, at, by);
  }

  private Map<Integer, Instant> formerAt(Slots next, Duration keep, Instant at) {
    Map<Integer, Instant> lost = new HashMap<>(former);
    slots.weights().keySet().forEach(version -> lost.put(version, at.plus(keep)));
    lost.keySet().removeAll(next.weights().keySet());
    return lost.entrySet().stream()
        .filter(version -> isWarm(version.getValue(), at))
        .sorted(
            Map.Entry.<Integer, Instant>comparingByValue()
                .thenComparing(Map.Entry.comparingByKey())
                .reversed())
        .limit(FORMER_MAX)
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Whether a version that is kept warm until then is so now. */
  public static boolean isWarm(Instant until, Instant now) {
    return now.isBefore(until);
  }

  /** The versions that must not be removed for the sake of newer ones. */
  public Set<Integer> pinned(Instant now) {
    Set<Integer> pinned = new HashSet<>(slots.weights().keySet());
    previous.ifPresent(pinned::add);
    rollout
        .filter(Rollout::isUnderWay)
        .ifPresent(last -> {
          pinned.add(last.version());
          pinned.addAll(last.base().keySet());
        });
    former.forEach((version, until) -> {
      if (isWarm(until, now)) {
        pinned.add(version);
      }
    });
    return pinned;
  }

  /** As an entity tag (RFC 9110, 8.8.3). */
  public String etag() {
    return "\"t" + revision + "\"";
  }

  /** Such as {@code v1=90% v2=10%}. */
  public String text() {
    return slots.isEmpty()
        ? "none"
        : slots.weights().entrySet().stream()
            .map(share -> "v" + share.getKey() + "=" + percent(share.getValue()) + "%")
            .collect(Collectors.joining(" "));
  }

  /** Slots as per cent, without needless noughts. */
  public static String percent(int slots) {
    return BigDecimal.valueOf(slots, 2).stripTrailingZeros().toPlainString();
  }
}
