package dev.leat.scheduler;

import java.util.List;

/**
 * What a worker says of itself when it is asked.
 *
 * @param isReady whether it takes new invocations
 * @param demands the versions that were called lately, those asked for most first, at most {@link
 *     #DEMANDS_MAX}
 */
public record WorkerReport(Load load, boolean isReady, List<Demand> demands) {
  /** Some 100 bytes each. */
  public static final int DEMANDS_MAX = 1_000;

  public WorkerReport {
    demands = List.copyOf(demands);
    if (demands.size() > DEMANDS_MAX) {
      throw new IllegalArgumentException(
          "A report may name " + DEMANDS_MAX + " versions, named " + demands.size());
    }
  }
}
