package dev.leat.tenants;

import dev.leat.tenants.Admission.Admitted;
import dev.leat.tenants.Admission.Rejected;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import java.time.Duration;
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
  private final AtomicInteger inFlight;
  private final RejectionCounts rejections;

  private Budget(
      @Nullable Rate rate,
      @Nullable Long concurrency,
      AtomicInteger inFlight,
      RejectionCounts rejections) {
    this.rate = rate;
    this.concurrency = concurrency;
    this.inFlight = inFlight;
    this.rejections = rejections;
  }

  /**
   * The budget of these limits.
   *
   * @param before the one that it replaces: its requests in flight still count, and an unchanged
   *     rate goes on as it was
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
        before == null ? new AtomicInteger() : before.inFlight,
        rejections);
  }

  RejectionCounts rejections() {
    return rejections;
  }

  Admission admit() {
    if (concurrency != null && !enter(concurrency)) {
      rejections.byConcurrency().increment();
      return new Rejected(Quota.CONCURRENCY.word(), concurrency, CONCURRENCY_RETRY);
    }
    if (rate != null && !rate.bucket().tryConsume(1)) {
      if (concurrency != null) {
        inFlight.decrementAndGet();
      }
      rejections.byRate().increment();
      return rate.rejected();
    }
    return concurrency == null ? Admitted.UNCOUNTED : new Admitted(inFlight);
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
