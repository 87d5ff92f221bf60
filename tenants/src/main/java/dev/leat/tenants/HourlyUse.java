package dev.leat.tenants;

import dev.leat.contract.Usage;
import dev.leat.tenants.Admission.Rejected;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * What a tenant may use in an hour of something that is known only when an invocation has ended. It
 * fills evenly, an hour's worth deep. Who finds nothing left is turned away. An invocation's use is
 * charged when it ends, and may leave a debt: those that were let in are never cut off. Any thread,
 * without locks.
 *
 * <p>It is no Bucket4j bucket: those refuse more than a token in a nanosecond, which is 3.6 * 10^12
 * in an hour, and a large debt.
 */
final class HourlyUse {
  private static final double HOUR_NANOS = Duration.ofHours(1).toNanos();

  /** The longest debt, in hours: whoever has used a year's worth is let in again after a day. */
  private static final int DEBT_HOURS_MAX = 24;

  /** An hour of a MiB, in the KiB times milliseconds that are counted. */
  private static final long KB_MILLIS_IN_A_MB_HOUR = 1_024 * Duration.ofHours(1).toMillis();

  /** So that what came back exactly at this moment counts, however it was rounded. */
  private static final double ROUNDING = 1e-6;

  private final Quota quota;
  private final long limit;

  /** In the units in which use is charged, at most 4 * 10^16: doubles count them to a few. */
  private final double perHour;

  private final ToLongFunction<Usage> cost;
  private final LongSupplier nanoTime;
  private final AtomicReference<Used> used;

  private HourlyUse(
      Quota quota, long limit, long unit, ToLongFunction<Usage> cost, LongSupplier nanoTime) {
    this.quota = quota;
    this.limit = limit;
    this.perHour = (double) limit * unit;
    this.cost = cost;
    this.nanoTime = nanoTime;
    this.used = new AtomicReference<>(new Used(0, nanoTime.getAsLong()));
  }

  /** That of this quota, if it is one by the hour, and limited. */
  static Optional<HourlyUse> of(Quota quota, Map<String, Long> limits, LongSupplier nanoTime) {
    Long limit = limits.get(quota.word());
    if (limit == null) {
      return Optional.empty();
    }
    return switch (quota) {
      case FUEL_PER_HOUR -> Optional.of(new HourlyUse(quota, limit, 1, HourlyUse::fuel, nanoTime));
      case MEMORY_MB_HOURS ->
          Optional.of(
              new HourlyUse(quota, limit, KB_MILLIS_IN_A_MB_HOUR, HourlyUse::kbMillis, nanoTime));
      default -> Optional.empty();
    };
  }

  /** Both are below 2^63; their sum need not be. */
  private static long fuel(Usage usage) {
    long sum = usage.fuel() + usage.initFuel();
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /** At most 1 GiB for 5 minutes: 3 * 10^11. */
  private static long kbMillis(Usage usage) {
    return (usage.peakMemoryBytes() >> 10) * (usage.execNanos() / 1_000) / 1_000;
  }

  boolean isLike(HourlyUse other) {
    return quota == other.quota && limit == other.limit;
  }

  Quota quota() {
    return quota;
  }

  boolean isLeft() {
    return missing() <= ROUNDING;
  }

  void charge(Usage usage) {
    long more = cost.applyAsLong(usage);
    if (more > 0) {
      long now = nanoTime.getAsLong();
      used.updateAndGet(before ->
          new Used(Math.min(at(before, now) + more, perHour * (1 + DEBT_HOURS_MAX)), now));
    }
  }

  Rejected rejected() {
    long nanos = (long) (missing() / perHour * HOUR_NANOS);
    return new Rejected(quota.word(), limit, Duration.ofNanos(Math.max(1, nanos)));
  }

  /** How much must come back until one unit is left. */
  private double missing() {
    return at(Objects.requireNonNull(used.get(), "set when it was made"), nanoTime.getAsLong())
        + 1
        - perHour;
  }

  /** What of it is still used at this time. */
  private double at(Used before, long now) {
    double back = Math.max(0, now - before.nanos()) / HOUR_NANOS * perHour;
    return Math.max(0, before.amount() - back);
  }

  /** What was used at a time. */
  private record Used(double amount, long nanos) {}
}
