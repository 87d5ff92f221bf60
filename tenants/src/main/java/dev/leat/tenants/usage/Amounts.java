package dev.leat.tenants.usage;

import dev.leat.contract.Usage;
import dev.leat.tenants.Spending;

/**
 * How much was used. All but {@code storedBytes} add up.
 *
 * @param invocations that ended
 * @param fuel units consumed
 * @param initFuel units that initialising instances consumed while invocations waited for it
 * @param cpuNanos of guests' processor time
 * @param memoryKbMillis peak memory of each invocation in KiB, times the milliseconds that it ran
 * @param bytesIn of the bodies that functions were called with
 * @param bytesOut of the bodies that they answered
 * @param outboundCalls that guests made
 * @param storedBytes of all modules of the tenant; of several samples the largest
 */
public record Amounts(
    long invocations,
    long fuel,
    long initFuel,
    long cpuNanos,
    long memoryKbMillis,
    long bytesIn,
    long bytesOut,
    long outboundCalls,
    long storedBytes) {
  /** A KiB for a millisecond is a MiB for so many nanoseconds. */
  private static final double NANOS_OF_A_MB = 1e6 / 1_024;

  public static final Amounts NONE = new Amounts(0, 0, 0, 0, 0, 0, 0, 0, 0);

  static Amounts stored(long bytes) {
    return new Amounts(0, 0, 0, 0, 0, 0, 0, 0, bytes);
  }

  /** In KiB times microseconds, at most 1 GiB for 5 minutes: 3 * 10^14. */
  static long memoryKbMicros(Usage usage) {
    return (usage.peakMemoryBytes() >> 10) * (usage.execNanos() / 1_000);
  }

  /** What this costs of what is limited by the hour. */
  Spending spending() {
    return new Spending((double) fuel + initFuel, cpuNanos, memoryKbMillis * NANOS_OF_A_MB);
  }

  public Amounts plus(Amounts other) {
    return new Amounts(
        invocations + other.invocations,
        fuel + other.fuel,
        initFuel + other.initFuel,
        cpuNanos + other.cpuNanos,
        memoryKbMillis + other.memoryKbMillis,
        bytesIn + other.bytesIn,
        bytesOut + other.bytesOut,
        outboundCalls + other.outboundCalls,
        Math.max(storedBytes, other.storedBytes));
  }

  /** What was added since {@code before}, of amounts that only grow. */
  Amounts minus(Amounts before) {
    return new Amounts(
        invocations - before.invocations,
        fuel - before.fuel,
        initFuel - before.initFuel,
        cpuNanos - before.cpuNanos,
        memoryKbMillis - before.memoryKbMillis,
        bytesIn - before.bytesIn,
        bytesOut - before.bytesOut,
        outboundCalls - before.outboundCalls,
        storedBytes);
  }
}
