package dev.leat.registry.route;

import dev.leat.registry.function.Slots;
import dev.leat.registry.route.Route.Target;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Which of a function's versions answers a call that names none. Choosing neither blocks nor
 * allocates; safe for all threads. Laws:
 *
 * <ol>
 *   <li>Equal keys choose the same version for as long as the plan is the same, and the same in a
 *       plan of other {@link Slots} unless their slot was handed over.
 *   <li>Of keys that are spread evenly, each version gets its slots' part.
 *   <li>Of turns each version gets its slots' part exactly: of any {@link Slots#COUNT} in a row it
 *       misses or exceeds it by a few.
 * </ol>
 */
final class TrafficPlan {
  /**
   * Turns step through the slots by the golden ratio (of 2^64): of all fractions it is the one
   * whose multiples are spread most evenly, however many are looked at (Knuth, TAOCP 6.4).
   */
  private static final long STEP = 0x9E3779B97F4A7C15L;

  /** The first slot after each run; the last is {@link Slots#COUNT}. */
  private final int[] ends;

  private final Target[] targets;
  private final AtomicLong turn = new AtomicLong();

  /**
   * @param byNumber the versions to which the slots belong
   */
  TrafficPlan(Slots slots, Map<Integer, Target> byNumber) {
    List<Slots.Run> runs = slots.runs();
    this.ends = new int[runs.size()];
    this.targets = new Target[runs.size()];
    int end = 0;
    for (int i = 0; i < ends.length; i++) {
      Target target = byNumber.get(runs.get(i).version());
      if (target == null) {
        throw new IllegalArgumentException("There is no version " + runs.get(i).version());
      }
      end += runs.get(i).count();
      ends[i] = end;
      targets[i] = target;
    }
  }

  /** The version that answers the next call that is not known again; null where none answers. */
  @Nullable Target next() {
    return switch (targets.length) {
      case 0 -> null;
      case 1 -> targets[0]; // without touching what all threads would write
      default -> at(turn.getAndIncrement() * STEP);
    };
  }

  /**
   * The version that answers whoever has this key; null where none answers.
   *
   * @param key any number; those that resemble each other need not choose the same
   */
  @Nullable Target choose(long key) {
    return switch (targets.length) {
      case 0 -> null;
      case 1 -> targets[0];
      default -> at(spread(key));
    };
  }

  /**
   * @param even a number of which all 2^64 are as likely
   */
  private Target at(long even) {
    int slot = (int) Math.unsignedMultiplyHigh(even, Slots.COUNT);
    int low = 0;
    int high = ends.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (slot < ends[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return targets[low];
  }

  /** Whose turn may come. */
  Set<Target> targets() {
    return new LinkedHashSet<>(List.of(targets));
  }

  /** Turns keys that resemble each other into such that do not (the finaliser of SplitMix64). */
  private static long spread(long key) {
    long spread = key + STEP;
    spread = (spread ^ (spread >>> 30)) * 0xBF58476D1CE4E5B9L;
    spread = (spread ^ (spread >>> 27)) * 0x94D049BB133111EBL;
    return spread ^ (spread >>> 31);
  }
}
