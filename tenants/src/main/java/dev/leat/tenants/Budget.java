package dev.leat.tenants;

import dev.leat.contract.Usage;
import dev.leat.tenants.Admission.Admitted;
import dev.leat.tenants.Admission.Rejected;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What one tenant may still use just now. Any thread, without locks. */
final class Budget {
  /** When a place may be free again is not known. */
  private static final Duration CONCURRENCY_RETRY = Duration.ofSeconds(1);

  private final @Nullable Rate rate;
  private final @Nullable Long concurrency;
  private final List<HourlyUse> hourly;
  private final AtomicInteger inFlight;
  private final RejectionCounts rejections;

  private Budget(
      @Nullable Rate rate,
      @Nullable Long concurrency,
      List<HourlyUse> hourly,
      AtomicInteger inFlight,
      RejectionCounts rejections) {
    this.rate = rate;
    this.concurrency = concurrency;
    this.hourly = hourly;
    this.inFlight = inFlight;
    this.rejections = rejections;
  }

  /**
   * The budget of these limits.
   *
   * @param before the one that it replaces: its requests in flight still count, and what is
   *     unchanged goes on as it was
   * @param rejections where it counts whom it turns away
   */
  static Budget of(
      Map<String, Long> limits,
      @Nullable Budget before,
      RejectionCounts rejections,
      LongSupplier nanoTime) {
    Long perSecond = limits.get(Quota.REQUESTS_PER_SECOND.word());
    Rate rate =
        perSecond == null
            ? null
            : Rate.of(perSecond, limits.getOrDefault(Quota.BURST.word(), perSecond), nanoTime);
    return new Budget(
        before != null && rate != null && rate.isLike(before.rate) ? before.rate : rate,
        limits.get(Quota.CONCURRENCY.word()),
        Quota.BY_THE_HOUR.stream()
            .flatMap(quota -> HourlyUse.of(quota, limits, nanoTime).stream())
            .map(use -> before == null ? use : before.likeOr(use))
            .toList(),
        before == null ? new AtomicInteger() : before.inFlight,
        rejections);
  }

  RejectionCounts rejections() {
    return rejections;
  }

  private HourlyUse likeOr(HourlyUse next) {
    return hourly.stream().filter(next::isLike).findFirst().orElse(next);
  }

  Admission admit() {
    if (concurrency != null && !enter(concurrency)) {
      rejections.count(Quota.CONCURRENCY);
      return new Rejected(Quota.CONCURRENCY.word(), concurrency, CONCURRENCY_RETRY);
    }
    Rejected rejected = rejectedByUse();
    if (rejected != null) {
      if (concurrency != null) {
        inFlight.decrementAndGet();
      }
      return rejected;
    }
    return concurrency == null && hourly.isEmpty() ? Admitted.UNCOUNTED : new Admitted(this);
  }

  private @Nullable Rejected rejectedByUse() {
    for (HourlyUse use : hourly) {
      if (!use.isLeft()) {
        rejections.count(use.quota());
        return use.rejected();
      }
    }
    if (rate != null && !rate.bucket().tryConsume(1)) {
      rejections.count(Quota.REQUESTS_PER_SECOND);
      return rate.rejected();
    }
    return null;
  }

  /** A request that was let in has ended. */
  void release(Usage usage) {
    if (concurrency != null) {
      inFlight.decrementAndGet();
    }
    hourly.forEach(use -> use.charge(usage));
  }

  /** Counts a request if there is a place for it. */
  private boolean enter(long places) {
    int taken;
    do {
      taken = inFlight.get();
      if (taken >= places) {
        return false;
      }
    } while (!inFlight.compareAndSet(taken, taken + 1));
    return true;
  }

  /** A token bucket: {@code burst} deep, filled evenly. */
  private record Rate(long perSecond, long burst, Bucket bucket) {
    static Rate of(long perSecond, long burst, LongSupplier nanoTime) {
      Bandwidth bandwidth =
          Bandwidth.builder()
              .capacity(burst)
              .refillGreedy(perSecond, Duration.ofSeconds(1))
              .build();
      return new Rate(
          perSecond,
          burst,
          Bucket.builder()
              .addLimit(bandwidth)
              .withCustomTimePrecision(new NanoMeter(nanoTime))
              .build());
    }

    boolean isLike(@Nullable Rate other) {
      return other != null && perSecond == other.perSecond && burst == other.burst;
    }

    Rejected rejected() {
      long nanos = bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
      return new Rejected(
          Quota.REQUESTS_PER_SECOND.word(), perSecond, Duration.ofNanos(Math.max(1, nanos)));
    }
  }
}
