package dev.leat.tenants;

import dev.leat.contract.Usage;
import dev.leat.tenants.Admission.Rejected;
import dev.leat.tenants.QuotaStanding.Use;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What one tenant, or one of its functions, may still use just now. Any thread, without locks. */
final class Budget {
  /** When a place may be free again is not known. */
  private static final Duration CONCURRENCY_RETRY = Duration.ofSeconds(1);

  /** In the place of a time that depends on what runs; that of a rate, which is by the second. */
  private static final Duration UNKNOWN = Duration.ofSeconds(1);

  private static final double SECOND_NANOS = 1e9;
  private static final String RATE = Quota.REQUESTS_PER_SECOND.word();

  private final QuotaScope scope;
  private final Map<String, Long> limits;
  private final @Nullable Rate rate;
  private final @Nullable Places places;
  private final HourlyUse[] hourly;

  /** Of what functions send; empty where that is not limited. */
  private final Outbound[] outbound;

  private final RejectionCounts rejections;

  private record Outbound(RateKind kind, Rate rate) {}

  private Budget(
      QuotaScope scope,
      Map<String, Long> limits,
      @Nullable Rate rate,
      @Nullable Places places,
      HourlyUse[] hourly,
      Outbound[] outbound,
      RejectionCounts rejections) {
    this.scope = scope;
    this.limits = limits;
    this.rate = rate;
    this.places = places;
    this.hourly = hourly;
    this.outbound = outbound;
    this.rejections = rejections;
  }

  /**
   * The budget of these limits; null if they limit no requests, in or out.
   *
   * @param before the one that it replaces: its requests in flight still count, and so does what
   *     was used of the hour and of the burst
   * @param rejections where it counts whom it turns away
   */
  static @Nullable Budget of(
      QuotaScope scope,
      Map<String, Long> limits,
      @Nullable Budget before,
      RejectionCounts rejections,
      Meters meters,
      LongSupplier nanoTime) {
    if (Stream.concat(Quota.OF_REQUESTS.stream(), Quota.OF_OUTBOUND.stream())
        .noneMatch(quota -> limits.containsKey(quota.word()))) {
      end(before, meters);
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
        Arrays.stream(RateKind.values())
            .flatMap(kind -> outbound(kind, scope, limits, before, meters))
            .toArray(Outbound[]::new),
        rejections);
  }

  private static @Nullable Rate rate(
      QuotaScope scope, Map<String, Long> limits, @Nullable Budget before, Meters meters) {
    Long perSecond = limits.get(Quota.REQUESTS_PER_SECOND.word());
    if (perSecond == null) {
      endRate(before, meters);
      return null;
    }
    RateLimit limit = RateLimit.perSecond(perSecond, burst(limits, perSecond));
    if (before != null && before.rate != null) {
      before.rate.change(limit);
      return before.rate;
    }
    return meters.rate(scope, RateKind.REQUESTS, limit);
  }

  private static Stream<Outbound> outbound(
      RateKind kind,
      QuotaScope scope,
      Map<String, Long> limits,
      @Nullable Budget before,
      Meters meters) {
    Quota quota = kind.quota();
    if (quota == null) {
      return Stream.empty();
    }
    Outbound kept = before == null ? null : before.outbound(quota);
    Long tokens = limits.get(quota.word());
    if (tokens == null) {
      if (kept != null) {
        meters.endRate(scope, kind);
      }
      return Stream.empty();
    }
    RateLimit limit = RateLimit.of(tokens, kind.per());
    if (kept != null) {
      kept.rate.change(limit);
      return Stream.of(kept);
    }
    return Stream.of(new Outbound(kind, meters.rate(scope, kind, limit)));
  }

  private @Nullable Outbound outbound(Quota quota) {
    return Arrays.stream(outbound)
        .filter(each -> each.kind.quota() == quota)
        .findFirst()
        .orElse(null);
  }

  /** It has no successor. */
  static void end(@Nullable Budget last, Meters meters) {
    endRate(last, meters);
    endPlaces(last, meters);
    if (last != null) {
      for (Outbound each : last.outbound) {
        meters.endRate(last.scope, each.kind);
      }
    }
  }

  private static void endRate(@Nullable Budget last, Meters meters) {
    if (last != null && last.rate != null) {
      meters.endRate(last.scope, RateKind.REQUESTS);
    }
  }

  private static void endPlaces(@Nullable Budget last, Meters meters) {
    if (last != null && last.places != null) {
      meters.endPlaces(last.scope);
    }
  }

  private static long burst(Map<String, Long> limits, long perSecond) {
    return limits.getOrDefault(Quota.BURST.word(), perSecond);
  }

  private static @Nullable Places places(
      QuotaScope scope, Map<String, Long> limits, @Nullable Budget before, Meters meters) {
    Long concurrency = limits.get(Quota.CONCURRENCY.word());
    if (concurrency == null) {
      endPlaces(before, meters);
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

  /** Takes what one needs that took its part of the rate before, or nothing. */
  @Nullable Rejected takePlace() {
    if (places != null && !places.enter()) {
      return rejected(Quota.CONCURRENCY, CONCURRENCY_RETRY);
    }
    Rejected rejected = rejectedByHour();
    if (rejected != null) {
      leavePlace();
    }
    return rejected;
  }

  /** Gives such a place back, of one that something else has refused. */
  void leavePlace() {
    if (places != null) {
      places.leave();
    }
  }

  private @Nullable Rejected rejectedByHour() {
    for (HourlyUse use : hourly) {
      if (!use.isLeft()) {
        return rejected(use.quota(), Duration.ofNanos(Math.max(1, use.waitNanos())));
      }
    }
    return null;
  }

  private @Nullable Rejected rejectedByUse() {
    Rejected byHour = rejectedByHour();
    if (byHour != null) {
      return byHour;
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

  /** Takes one of what functions may send, of each limit or of none; whether there was one. */
  boolean takeOutbound() {
    for (int at = 0; at < outbound.length; at++) {
      if (!outbound[at].rate.tryTake()) {
        untakeOutbound(at);
        Quota quota = outbound[at].kind.quota();
        if (quota != null) { // each has one
          rejections.count(quota);
        }
        return false;
      }
    }
    return true;
  }

  /** Gives that back: something else has refused it. */
  void untakeOutbound() {
    untakeOutbound(outbound.length);
  }

  private void untakeOutbound(int first) {
    for (int at = 0; at < first; at++) {
      outbound[at].rate.giveBack();
    }
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

  /** What of it tells a client most; null when that is nothing. */
  @Nullable QuotaLeft left() {
    boolean isOfFunction = scope instanceof QuotaScope.OfFunction;
    if (rate != null) {
      return new QuotaLeft(isOfFunction, RATE, rate.left(), UNKNOWN);
    }
    HourlyUse least = null;
    for (HourlyUse use : hourly) {
      least = least == null || use.settledNanos() > least.settledNanos() ? use : least;
    }
    if (least != null) {
      long left = (long) Math.max(0, least.limit() - least.used());
      Duration resets = Duration.ofNanos(least.settledNanos());
      return new QuotaLeft(isOfFunction, least.quota().word(), left, resets);
    }
    return places == null
        ? null
        : new QuotaLeft(isOfFunction, Quota.CONCURRENCY.word(), places.left(), UNKNOWN);
  }

  /** The limits that requests are held to. */
  Stream<QuotaPolicy> policies() {
    return Quota.OF_REQUESTS.stream()
        .filter(quota -> limits.containsKey(quota.word()))
        .map(quota ->
            new QuotaPolicy(
                scope instanceof QuotaScope.OfFunction,
                quota.word(),
                limits.getOrDefault(quota.word(), 0L)));
  }

  /** What is used of this quota's limit; empty where that is not counted here. */
  Optional<Use> use(Quota quota) {
    HourlyUse use = hourly(quota);
    if (use != null) {
      return Optional.of(
          new Use(
              use.used(),
              use.limit() - use.used(),
              Optional.of(Duration.ofNanos(use.settledNanos()))));
    }
    if (quota == Quota.CONCURRENCY && places != null) {
      long left = places.left();
      long limit = limits.getOrDefault(quota.word(), 0L);
      return Optional.of(new Use(limit - left, left, Optional.empty()));
    }
    if (quota == Quota.REQUESTS_PER_SECOND && rate != null) {
      long perSecond = limits.getOrDefault(quota.word(), 1L);
      long left = rate.left();
      long taken = burst(limits, perSecond) - left;
      Duration resets = Duration.ofNanos((long) (taken / (double) perSecond * SECOND_NANOS));
      return Optional.of(new Use(taken, left, Optional.of(resets)));
    }
    Outbound sent = outbound(quota);
    if (sent != null) {
      long limit = limits.getOrDefault(quota.word(), 1L);
      long left = sent.rate.left();
      double nanos = (limit - left) / (double) limit * sent.kind.per().toNanos();
      return Optional.of(new Use(limit - left, left, Optional.of(Duration.ofNanos((long) nanos))));
    }
    return Optional.empty();
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
