package dev.leat.registry.route;

import dev.leat.registry.canary.Sampling;
import dev.leat.registry.function.Rollout;
import dev.leat.registry.function.Slots;
import dev.leat.registry.function.Traffic;
import dev.leat.registry.route.Route.Choice;
import dev.leat.registry.route.Route.Target;
import java.util.ArrayList;
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
 *   <li>Calls are counted only while a canary is under way. As many slots of the canary are
 *       compared as of its control, as many as both have; while the canary grows, slots that are
 *       compared stay so as long as they can.
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

  private final Choice[] choices;
  private final AtomicLong turn = new AtomicLong();

  /**
   * @param byNumber the versions to which the slots belong
   * @param sampling where the calls of a canary that is under way are counted; null for nowhere
   */
  TrafficPlan(Traffic traffic, Map<Integer, Target> byNumber, @Nullable Sampling sampling) {
    List<Part> parts = parts(traffic, sampling);
    this.ends = new int[parts.size()];
    this.choices = new Choice[parts.size()];
    int end = 0;
    for (int i = 0; i < ends.length; i++) {
      Target target = byNumber.get(parts.get(i).version);
      if (target == null) {
        throw new IllegalArgumentException("There is no version " + parts.get(i).version);
      }
      end += parts.get(i).count;
      ends[i] = end;
      choices[i] = new Choice(target, parts.get(i).tally);
    }
  }

  /** Neighbouring slots of one version that are counted in one place. */
  private record Part(int version, int count, Sampling.@Nullable Tally tally) {}

  private static List<Part> parts(Traffic traffic, @Nullable Sampling sampling) {
    List<Slots.Run> runs = traffic.slots().runs();
    if (sampling == null || traffic.canary().isEmpty()) {
      return runs.stream().map(run -> new Part(run.version(), run.count(), null)).toList();
    }
    Rollout canary = traffic.canary().get();
    int compared = compared(traffic.slots(), canary);
    // The control's from the first slot on, the canary's from the last: there they are handed over.
    List<Part> forward =
        cut(
            runs.stream().map(run -> new Part(run.version(), run.count(), null)).toList(),
            canary.control(),
            compared,
            sampling.control(true),
            sampling.control(false));
    return cut(
            forward.reversed(),
            canary.version(),
            compared,
            sampling.canary(true),
            sampling.canary(false))
        .reversed();
  }

  /** So many slots of each are compared. */
  private static int compared(Slots slots, Rollout canary) {
    Map<Integer, Integer> weights = slots.weights();
    return Math.min(
        weights.getOrDefault(canary.version(), 0), weights.getOrDefault(canary.control(), 0));
  }

  /** Has the first slots of the version counted in one place, and the others in another. */
  private static List<Part> cut(
      List<Part> parts, int version, int compared, Sampling.Tally inSlice, Sampling.Tally beside) {
    List<Part> cut = new ArrayList<>();
    int left = compared;
    for (Part part : parts) {
      if (part.version != version) {
        cut.add(part);
        continue;
      }
      int taken = Math.min(left, part.count);
      left -= taken;
      if (taken > 0) {
        cut.add(new Part(version, taken, inSlice));
      }
      if (taken < part.count) {
        cut.add(new Part(version, part.count - taken, beside));
      }
    }
    return cut;
  }

  /** The version that answers the next call that is not known again; null where none answers. */
  @Nullable Choice next() {
    return switch (choices.length) {
      case 0 -> null;
      case 1 -> choices[0]; // without touching what all threads would write
      default -> at(turn.getAndIncrement() * STEP);
    };
  }

  /**
   * The version that answers whoever has this key; null where none answers.
   *
   * @param key any number; those that resemble each other need not choose the same
   */
  @Nullable Choice choose(long key) {
    return switch (choices.length) {
      case 0 -> null;
      case 1 -> choices[0];
      default -> at(spread(key));
    };
  }

  /**
   * @param even a number of which all 2^64 are as likely
   */
  private Choice at(long even) {
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
    return choices[low];
  }

  /** Whose turn may come. */
  Set<Target> targets() {
    Set<Target> targets = new LinkedHashSet<>();
    for (Choice choice : choices) {
      targets.add(choice.target());
    }
    return targets;
  }

  /** Turns keys that resemble each other into such that do not (the finaliser of SplitMix64). */
  private static long spread(long key) {
    long spread = key + STEP;
    spread = (spread ^ (spread >>> 30)) * 0xBF58476D1CE4E5B9L;
    spread = (spread ^ (spread >>> 27)) * 0x94D049BB133111EBL;
    return spread ^ (spread >>> 31);
  }
}
