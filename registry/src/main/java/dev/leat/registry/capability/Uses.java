package dev.leat.registry.capability;

import dev.leat.contract.permission.PermissionType;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often a function asked for what. Bounded: of what comes beyond so many different resources of
 * a type, those that are alike count together, and beyond as many of these those of one namespace,
 * and beyond them all of the type. Confined to one thread, or guarded by its owner.
 */
public final class Uses {
  /** Of each breadth and type: 150 names of some 100 bytes a type at the most. */
  static final int EACH_MAX = 50;

  private final Map<Asked, Count> counts = new TreeMap<>();
  private final Map<Like, Integer> kinds = new HashMap<>();

  /** Those that are bounded together. */
  private record Like(PermissionType type, Asked.Breadth breadth) {
    static Like of(Asked asked) {
      return new Like(asked.type(), asked.breadth());
    }
  }

  /**
   * How often.
   *
   * @param allowed times that the host did it
   * @param denied times that it did not
   */
  public record Count(long allowed, long denied) {
    Count plus(Count more) {
      return new Count(allowed + more.allowed, denied + more.denied);
    }
  }

  public void add(Asked asked, Count more) {
    Asked kept = asked;
    while (!counts.containsKey(kept) && isFull(kept)) {
      kept = kept.broader();
    }
    Count before = counts.put(kept, more);
    if (before == null) {
      kinds.merge(Like.of(kept), 1, Integer::sum);
    } else {
      counts.put(kept, before.plus(more));
    }
  }

  private boolean isFull(Asked asked) {
    return asked.breadth() != Asked.Breadth.ALL
        && kinds.getOrDefault(Like.of(asked), 0) >= EACH_MAX;
  }

  public void add(Uses others) {
    others.counts.forEach(this::add);
  }

  /** In the order of types and names. */
  public Map<Asked, Count> counts() {
    return counts;
  }

  boolean isEmpty() {
    return counts.isEmpty();
  }
}
