package dev.leat.tenants;

import dev.leat.contract.Usage;
import dev.leat.tenants.Admission.Rejected;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * What a tenant may use in an hour of something that is known only when an invocation has ended: a
 * bucket that fills evenly, an hour's worth deep. Who finds it empty is turned away. An
 * invocation's use is taken out when it ends, and may leave the bucket in debt: those that were let
 * in are never cut off. Any thread, without locks.
 */
final class HourlyUse {
  private static final Duration HOUR = Duration.ofHours(1);

  /** An hour of a MiB, in the KiB times milliseconds that are counted. */
  private static final long KB_MILLIS_IN_A_MB_HOUR = 1_024 * HOUR.toMillis();

  private final Quota quota;
  private final long limit;
  private final ToLongFunction<Usage> cost;
  private final Bucket bucket;

  private HourlyUse(
      Quota quota, long limit, long unit, ToLongFunction<Usage> cost, LongSupplier nanoTime) {
    this.quota = quota;
    this.limit = limit;
    this.cost = cost;
    this.bucket =
        Bucket.builder()
            .addLimit(
                Bandwidth.builder().capacity(limit * unit).refillGreedy(limit * unit, HOUR).build())
            .withCustomTimePrecision(new NanoMeter(nanoTime))
            .build();
  }

  /** The bucket of this quota, if it is one by the hour, and limited. */
  static Optional<HourlyUse> of(Quota quota, Map<String, Long> limits, LongSupplier nanoTime) {
    Long limit = limits.get(quota.word());
    if (limit == null) {
      return Optional.empty();
    }
    return switch (quota) {
      case FUEL_PER_HOUR ->
          Optional.of(
              new HourlyUse(quota, limit, 1, usage -> usage.fuel() + usage.initFuel(), nanoTime));
      case MEMORY_MB_HOURS ->
          Optional.of(
              new HourlyUse(quota, limit, KB_MILLIS_IN_A_MB_HOUR, HourlyUse::kbMillis, nanoTime));
      default -> Optional.empty();
    };
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
    return bucket.getAvailableTokens() > 0;
  }

  void charge(Usage usage) {
    long used = cost.applyAsLong(usage);
    if (used > 0) {
      bucket.consumeIgnoringRateLimits(used);
    }
  }

  Rejected rejected() {
    long nanos = bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
    return new Rejected(quota.word(), limit, Duration.ofNanos(Math.max(1, nanos)));
  }
}
