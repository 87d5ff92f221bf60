package dev.leat.scheduler;

import dev.leat.contract.FunctionVersion;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How many instances of each version the cluster should keep: more at once when more are busy,
 * fewer after a minute in which fewer were needed. Confined to one thread.
 */
final class Wanted {
  /** Room above what is busy on the average, for the moments in which more are. */
  static final double HEADROOM = 1.25;

  /**
   * Instances that are busy on the average from which on a version is assigned at all. Below, it
   * runs wherever it is called, and its instances are kept for their idle time as on a single node.
   */
  static final double ASSIGNED_FROM = 0.5;

  static final Duration SHRINK_AFTER = Duration.ofSeconds(60);

  private final Map<FunctionVersion, Held> held = new HashMap<>();

  /** Takes over what is there already, so that a new planner does not begin by shrinking it. */
  void begin(FunctionVersion version, int instances, long nowNanos) {
    held.put(version, new Held(instances, nowNanos, 0, nowNanos));
  }

  /**
   * The instances that are wanted now, of each version of which any are.
   *
   * @param busy instances that are in calls on the average, on all workers together
   * @param minimum instances that are kept in any case
   */
  Map<FunctionVersion, Integer> at(
      long nowNanos, Map<FunctionVersion, Double> busy, Map<FunctionVersion, Integer> minimum) {
    Set<FunctionVersion> all = new HashSet<>(held.keySet());
    all.addAll(busy.keySet());
    all.addAll(minimum.keySet());
    Map<FunctionVersion, Integer> wanted = new HashMap<>();
    for (FunctionVersion version : all) {
      int needed =
          Math.max(needed(busy.getOrDefault(version, 0.0)), minimum.getOrDefault(version, 0));
      Held now = held.getOrDefault(version, Held.NONE).with(needed, nowNanos);
      if (now.instances > 0) {
        held.put(version, now);
        wanted.put(version, now.instances);
      } else {
        held.remove(version);
      }
    }
    return wanted;
  }

  private static int needed(double busy) {
    return busy < ASSIGNED_FROM ? 0 : (int) Math.ceil(busy * HEADROOM);
  }

  /**
   * @param sinceNanos when as many were last needed
   * @param less the most that were needed since then
   * @param lessNanos when those were last needed
   */
  private record Held(int instances, long sinceNanos, int less, long lessNanos) {
    static final Held NONE = new Held(0, 0, 0, 0);

    Held with(int needed, long nowNanos) {
      if (needed >= instances) {
        return new Held(needed, nowNanos, 0, nowNanos);
      }
      Held seen = needed >= less ? new Held(instances, sinceNanos, needed, nowNanos) : this;
      return nowNanos - sinceNanos > SHRINK_AFTER.toNanos()
          ? new Held(seen.less, seen.lessNanos, 0, seen.lessNanos).with(needed, nowNanos)
          : seen;
    }
  }
}
