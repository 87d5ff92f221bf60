package dev.leat.tenants;

import dev.leat.contract.Usage;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/**
 * What may be used in an hour of something that is known only when an invocation has ended. It
 * comes back evenly, and an hour's worth is there after a pause. Who finds nothing left is turned
 * away. An invocation's use is charged when it ends, and may leave a debt: those that were let in
 * are never cut off. Any thread, without locks.
 *
 * <p>One number, so that a charge allocates nothing and no two are lost: the time at which all that
 * was used will have come back. It is no Bucket4j bucket: those refuse more than a token in a
 * nanosecond, which is 3.6 * 10^12 in an hour, and a large debt.
 */
final class HourlyUse {
  /**
   * Parts of a nanosecond: a cost of 1.7 * 10^-14 of the limit counts, and the time lasts 18 years.
   */
  private static final int TICKS_PER_NANO = 16;

  private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();
  private static final long HOUR = HOUR_NANOS * TICKS_PER_NANO;

  /** The longest debt, in hours: whoever has used a year's worth is let in again after a day. */
  private static final int DEBT_HOURS_MAX = 24;

  private final Quota quota;
  private final Kind kind;
  private final LongSupplier nanoTime;
  private final long madeNanos;
  private volatile long limit;

  /** When all will have come back, in ticks since it was made: all has, for as long as matters. */
  private final AtomicLong settled = new AtomicLong(-2 * HOUR * (1 + DEBT_HOURS_MAX));

  /**
   * @param quota one of {@link Quota#BY_THE_HOUR}
   */
  HourlyUse(Quota quota, long limit, LongSupplier nanoTime) {
    this.quota = quota;
    this.kind = Kind.of(quota);
    this.limit = limit;
    this.nanoTime = nanoTime;
    this.madeNanos = nanoTime.getAsLong();
  }

  Quota quota() {
    return quota;
  }

  long limit() {
    return limit;
  }

  /** Another limit from now on; what was used stays used. */
  void limitTo(long other) {
    double ratio = (double) limit / other;
    limit = other;
    long now = now();
    long before;
    long next;
    do {
      before = settled.get();
      next = now + ticks(Math.max(0, before - now) * ratio);
    } while (!settled.compareAndSet(before, next));
  }

  boolean isLeft() {
    return missing(now()) <= 0;
  }

  void charge(Usage usage) {
    charge(kind.cost.applyAsDouble(usage), 0);
  }

  /**
   * Charges what was used elsewhere, or before a restart.
   *
   * @param ageNanos how long ago; what was used earlier is to be charged earlier
   */
  void charge(Spending spending, long ageNanos) {
    charge(kind.spent.applyAsDouble(spending), ageNanos);
  }

  private void charge(double cost, long ageNanos) {
    if (cost > 0) {
      long now = now();
      long then = now - ageNanos * TICKS_PER_NANO;
      long more = ticks(cost / kind.unit / limit * HOUR);
      long before;
      long next;
      do {
        before = settled.get();
        next = Math.min(Math.max(before, then) + more, now + HOUR * (1 + DEBT_HOURS_MAX));
      } while (!settled.compareAndSet(before, next));
    }
  }

  /** Never more than the longest debt, so that sums stay in range. */
  private static long ticks(double time) {
    return (long) Math.min(time + 0.5, (double) HOUR * (1 + DEBT_HOURS_MAX));
  }

  /** How long it is until something is left; 0 if something is. */
  long waitNanos() {
    return Math.max(0, (missing(now()) + TICKS_PER_NANO - 1) / TICKS_PER_NANO);
  }

  /** What of the limit is used, in its unit; more than the limit where there is a debt. */
  double used() {
    return (double) Math.max(0, settled.get() - now()) / HOUR * limit;
  }

  /** How long it is until all has come back. */
  long settledNanos() {
    return Math.max(0, settled.get() - now()) / TICKS_PER_NANO;
  }

  /** The ticks until the smallest cost is left, which are below zero when more is. */
  private long missing(long now) {
    return Math.max(0, settled.get() - now) + ticks(HOUR / kind.unit / limit) - HOUR;
  }

  private long now() {
    return (nanoTime.getAsLong() - madeNanos) * TICKS_PER_NANO;
  }

  /** What is counted of an invocation, and how much of that a limit's unit is. */
  private enum Kind {
    FUEL(Spending::fuel, Spending::fuel, 1),
    /** A second in nanoseconds. */
    CPU(Spending::cpuNanos, Spending::cpuNanos, 1e9),
    /** A MiB for an hour, in nanoseconds. */
    MEMORY(Spending::mbNanos, Spending::mbNanos, HOUR_NANOS);

    private final ToDoubleFunction<Usage> cost;
    private final ToDoubleFunction<Spending> spent;
    private final double unit;

    Kind(ToDoubleFunction<Usage> cost, ToDoubleFunction<Spending> spent, double unit) {
      this.cost = cost;
      this.spent = spent;
      this.unit = unit;
    }

    static Kind of(Quota quota) {
      return switch (quota) {
        case FUEL_PER_HOUR -> FUEL;
        case CPU_SECONDS_PER_HOUR -> CPU;
        case MEMORY_MB_HOURS -> MEMORY;
        default -> throw new IllegalArgumentException(quota.word() + " is not by the hour");
      };
    }
  }
}
