package dev.leat.tenants;

import dev.leat.contract.TenantId;
import dev.leat.tenants.Admission.Rejected;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How fast each tenant may ask the control plane, on this node: some of what it asks for costs a
 * database or a compiler much. Any thread, without locks.
 */
final class ControlRates {
  /** What a tenant has to whom nobody gave another: more than a busy pipeline of releases needs. */
  static final long PER_SECOND = 100;

  /** So many seconds' worth at once after a pause: what a script does in one go. */
  static final long BURST_SECONDS = 5;

  private final LongSupplier nanoTime;

  /** Of tenants that asked something: 100 bytes each. */
  private final Map<TenantId, Limited> rates = new ConcurrentHashMap<>();

  ControlRates(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Takes what a request needs: null when it has it.
   *
   * @param limits the tenant's, by the names of quotas
   */
  @Nullable Rejected take(TenantId tenant, Supplier<Map<String, Long>> limits) {
    Limited limited = rates.get(tenant);
    if (limited == null) {
      limited = rates.computeIfAbsent(tenant, id -> limited(limits.get()));
    }
    return limited.rate.tryTake()
        ? null
        : new Rejected(
            new QuotaScope.OfTenant(tenant),
            Quota.CONTROL_REQUESTS_PER_SECOND.word(),
            limited.perSecond,
            Duration.ofNanos(Math.max(1, limited.rate.waitNanos())));
  }

  private Limited limited(Map<String, Long> limits) {
    long perSecond = perSecond(limits);
    return new Limited(perSecond, new LocalRate(limit(perSecond), nanoTime));
  }

  private static long perSecond(Map<String, Long> limits) {
    return limits.getOrDefault(Quota.CONTROL_REQUESTS_PER_SECOND.word(), PER_SECOND);
  }

  private static RateLimit limit(long perSecond) {
    return RateLimit.perSecond(perSecond, perSecond * BURST_SECONDS);
  }

  /** The tenant may have other limits now; what it has used stays used. */
  void limit(TenantId tenant, Map<String, Long> limits) {
    rates.computeIfPresent(tenant, (id, before) -> before.limitTo(perSecond(limits)));
  }

  /** All tenants may have other limits now, likewise. */
  void limitEach(Function<TenantId, Map<String, Long>> limits) {
    rates.keySet().forEach(tenant -> limit(tenant, limits.apply(tenant)));
  }

  /** The tenant is gone. */
  void forget(TenantId tenant) {
    rates.remove(tenant);
  }

  private record Limited(long perSecond, Rate rate) {
    Limited limitTo(long other) {
      rate.change(ControlRates.limit(other));
      return new Limited(other, rate);
    }
  }
}
