package dev.leat.registry.route;

import dev.leat.registry.route.Route.Target;
import java.util.List;

/**
 * Which of a function's versions answers a call that names none: the share of each in the traffic.
 * Immutable; choosing neither blocks nor allocates.
 *
 * <ol>
 *   <li>Equal keys choose the same version for as long as the plan is the same.
 *   <li>Of keys that are spread evenly, each version gets its weight's part of all weights.
 *   <li>When the first version's weight alone is raised, with the sum of all kept, every key that
 *       chose it chooses it again: who has been let in to a new version stays there.
 * </ol>
 */
public final class TrafficPlan {
  /** The finest step: a hundredth of a per cent. It also bounds the number of versions. */
  public static final int WEIGHTS_SUM_MAX = 10_000;

  private final List<Share> shares;
  private final int sum;

  /**
   * @param shares at least one; the versions differ, the newest first
   * @throws IllegalArgumentException if there is none, or the weights' sum is above {@link
   *     #WEIGHTS_SUM_MAX}
   */
  public TrafficPlan(List<Share> shares) {
    this.shares = List.copyOf(shares);
    long total = this.shares.stream().mapToLong(Share::weight).sum();
    if (this.shares.isEmpty() || total > WEIGHTS_SUM_MAX) {
      throw new IllegalArgumentException(
          "The weights of a traffic plan must add up to 1-" + WEIGHTS_SUM_MAX + ", was " + total);
    }
    this.sum = (int) total;
  }

  /** All calls go to one version. */
  public static TrafficPlan allTo(Target target) {
    return new TrafficPlan(List.of(new Share(target, 1)));
  }

  /**
   * The version that answers.
   *
   * @param key any number: a random one, or one made of what is to choose the same version again
   */
  public Target choose(long key) {
    int last = shares.size() - 1;
    if (last == 0) {
      return shares.getFirst().target();
    }
    long left = Math.unsignedMultiplyHigh(spread(key), sum);
    for (int i = 0; i < last; i++) {
      Share share = shares.get(i);
      left -= share.weight();
      if (left < 0) {
        return share.target();
      }
    }
    return shares.get(last).target();
  }

  /** Whose turn may come, the newest first. */
  public List<Share> shares() {
    return shares;
  }

  /** Turns keys that resemble each other into such that do not (the finaliser of SplitMix64). */
  private static long spread(long key) {
    long spread = key + 0x9E3779B97F4A7C15L;
    spread = (spread ^ (spread >>> 30)) * 0xBF58476D1CE4E5B9L;
    spread = (spread ^ (spread >>> 27)) * 0x94D049BB133111EBL;
    return spread ^ (spread >>> 31);
  }

  /**
   * A version's part of the traffic.
   *
   * @param weight 1 to {@link #WEIGHTS_SUM_MAX}, in relation to the other weights
   */
  public record Share(Target target, int weight) {
    public Share {
      if (weight < 1 || weight > WEIGHTS_SUM_MAX) {
        throw new IllegalArgumentException(
            "weight must be 1-" + WEIGHTS_SUM_MAX + ", was " + weight);
      }
    }
  }
}
