package dev.leat.invocations.async;

import java.time.Duration;

/**
 * How much a node runs of what was accepted.
 *
 * @param atOnce invocations that are under way at the most
 * @param waitMax how long one may wait at a worker
 */
public record RunnerConfig(int atOnce, Duration waitMax) {
  public RunnerConfig {
    if (atOnce < 1) {
      throw new IllegalArgumentException("atOnce must be at least 1, was " + atOnce);
    }
  }
}
