package dev.leat.tenants;

import dev.leat.contract.Usage;
import dev.leat.tenants.Admission.Rejected;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What one tenant, or one of its functions, may still use just now. Any thread, without locks. */
final class Budget {
  /** When a place may be free again is not known. */
  private static final Duration CONCURRENCY_RETRY = Duration.ofSeconds(1);

  private final QuotaScope scope;
  private final Map<String, Long> limits;
  private final @Nullable Rate rate;
  private final @Nullable Places places;
  private final HourlyUse[] hourly;
  private final RejectionCounts rejections;

  private Budget(
      QuotaScope scope,
      Map<String, Long> limits,
      @Nullable Rate rate,
      @Nullable Places places,
      HourlyUse[] hourly,
      RejectionCounts rejections) {
    this.scope = scope;
    this.limits = limits;
    this.rate = rate;
    this.places = places;
    this.hourly = hourly;
    this.rejections = rejections;
  }

  /**
   * The budget of these limits; null if they limit no requests.
   *
   * @param before the one that it replaces: its requests in flight still count, and so does what
   *     was used of the hour; a rate that is unchanged goes on
   * @param rejections where it counts whom it turns away
   */
  static @Nullable Budget of(
      QuotaScope scope,
      Map<String, Long> limits,
      @Nullable Budget before,
      RejectionCounts rejections,
      Meters meters,
      LongSupplier nanoTime) {
    if (Quota.OF_REQUESTS.stream().noneMatch(quota -> limits.containsKey(quota.word()))) {
      return null;
    }
    return new Budget(
        scope,
        Map.copyOf(limits),
        rate(scope, limits, before, meters),
        places(scope, limits, before, meters),
        Quota.BY_THE_HOUR.stream()
            .flatMap(quota -> hourly(quota, limits, before, nanoTime))
            .toArray(HourlyUse[]::new),
        rejections);
  }

  private static @Nullable Rate rate(
      QuotaScope scope, Map<String, Long> limits, @Nullable Budget before, Meters meters) {
    Long perSecond = limits.get(Quota.REQUESTS_PER_SECOND.word());
    if (perSecond == null) {
      return null;
    }
    long burst = burst(limits, perSecond);
    return before != null
            && before.rate != null
            && perSecond.equals(before.limits.get(Quota.REQUESTS_PER_SECOND.word()))
            && burst == burst(before.limits, perSecond)
        ? before.rate
        : meters.rate(scope, perSecond, burst);
  }

  private static long burst(Map<String, Long> limits, long perSecond) {
    return limits.getOrDefault(Quota.BURST.word(), perSecond);
  }

  private static @Nullable Places places(
      QuotaScope scope, Map<String, Long> limits, @Nullable Budget before, Meters meters) {
    Long concurrency = limits.get(Quota.CONCURRENCY.word());
    if (concurrency == null) {
      return null;
    }
    if (before != null && before.places != null) {
      before.places.resize(concurrency);
      return before.places;
    }
    return meters.places(scope, concurrency);
  }

  private static Stream<HourlyUse> hourly(
      Quota quota, Map<String, Long> limits, @Nullable Budget before, LongSupplier nanoTime) {
    Long limit = limits.get(quota.word());
    if (limit == null) {
      return Stream.empty();
    }
    HourlyUse kept = before == null ? null : before.hourly(quota);
    if (kept == null) {
      return Stream.of(new HourlyUse(quota, limit, nanoTime));
    }
    if (kept.limit() != limit) {
      kept.limitTo(limit);
    }
    return Stream.of(kept);
  }

  @Nullable HourlyUse hourly(Quota quota) {
    return Arrays.stream(hourly).filter(use -> use.quota() == quota).findFirst().orElse(null);
  }

  @Nullable Rate rate() {
    return rate;
  }

  @Nullable Places places() {
    return places;
  }

  /** Takes what a request needs, or nothing: null when it has all. */
  @Nullable Rejected take() {
    if (places != null && !places.enter()) {
      return rejected(Quota.CONCURRENCY, CONCURRENCY_RETRY);
    }
    Rejected rejected = rejectedByUse();
    if (rejected != null && places != null) {
      places.leave();
    }
    return rejected;
  }

  private @Nullable Rejected rejectedByUse() {
    for (HourlyUse use : hourly) {
      if (!use.isLeft()) {
        return rejected(use.quota(), Duration.ofNanos(Math.max(1, use.waitNanos())));
      }
    }
    if (rate != null && !rate.tryTake()) {
      return rejected(Quota.REQUESTS_PER_SECOND, Duration.ofNanos(Math.max(1, rate.waitNanos())));
    }
    return null;
  }

  private Rejected rejected(Quota quota, Duration retryAfter) {
    rejections.count(quota);
    long limit = limits.getOrDefault(quota.word(), 0L);
    return new Rejected(scope, quota.word(), limit, retryAfter);
  }

  /** Gives back what was taken for a request that something else has refused. */
  void untake() {
    if (places != null) {
      places.leave();
    }
    if (rate != null) {
      rate.giveBack();
    }
  }

  /** A request that was let in has ended. */
  void release(Usage usage) {
    if (places != null) {
      places.leave();
    }
    for (HourlyUse use : hourly) {
      use.charge(usage);
    }
  }

  /** Whether anything is limited by the hour. */
  boolean isHourly() {
    return hourly.length > 0;
  }

  /** Charges what was used elsewhere, so long ago. */
  void charge(Spending spending, long ageNanos) {
    for (HourlyUse use : hourly) {
      use.charge(spending, ageNanos);
    }
  }
}
