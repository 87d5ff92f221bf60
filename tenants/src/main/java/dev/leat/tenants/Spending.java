package dev.leat.tenants;

import dev.leat.contract.Usage;

/**
 * What invocations cost of what is limited by the hour.
 *
 * @param fuel units
 * @param cpuNanos of the processor
 * @param mbNanos MiB of memory for so many nanoseconds
 */
public record Spending(double fuel, double cpuNanos, double mbNanos) {
  private static final double MB = 1 << 20;

  static double fuel(Usage usage) {
    return (double) usage.fuel() + usage.initFuel();
  }

  static double cpuNanos(Usage usage) {
    return usage.cpuNanos();
  }

  /** Its peak for as long as it ran. */
  static double mbNanos(Usage usage) {
    return usage.peakMemoryBytes() / MB * usage.execNanos();
  }
}
