package dev.leat.registry.canary;

import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * What is known of a canary and of the old version, from one node or from all.
 *
 * @param alarms what must not happen at all, and did, in words
 */
public record CanaryFigures(
    ArmFigures canary, ArmFigures control, FuelPairs pairs, NavigableSet<String> alarms) {
  public static final CanaryFigures NONE =
      new CanaryFigures(
          ArmFigures.NONE, ArmFigures.NONE, FuelPairs.NONE, Collections.emptyNavigableSet());

  /** One is enough to go back; more help to see why. */
  static final int ALARMS_MAX = 8;

  public CanaryFigures {
    alarms = Collections.unmodifiableNavigableSet(new TreeSet<>(alarms));
  }

  public CanaryFigures plus(CanaryFigures other) {
    NavigableSet<String> both = new TreeSet<>(alarms);
    other.alarms.stream().limit(Math.max(0, ALARMS_MAX - both.size())).forEach(both::add);
    return new CanaryFigures(
        canary.plus(other.canary), control.plus(other.control), pairs.plus(other.pairs), both);
  }
}
