package dev.leat.worker;

import dev.leat.contract.FunctionVersion;

/**
 * How much a version is asked for on this worker.
 *
 * @param busy how many of its instances were in a call, or waited for, on the average of the last
 *     seconds
 */
public record VersionDemand(FunctionVersion version, double busy) {
  /** What is less is not told: one call of 10 ms in a fifth of a second. */
  static final double BUSY_MIN = 0.05;

  /** Versions that are told of, of some 100 bytes each. */
  static final int COUNT_MAX = 1_000;
}
