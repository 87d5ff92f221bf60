package dev.leat.invocations.async;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whose quotas were found used up, and until when they are not asked again; else the same
 * invocations would be taken and given back for as long as that lasts. Safe for several threads.
 */
final class ClosedPlaces {
  /** A place may become free at any time. */
  private static final long LEAST_NANOS = Duration.ofSeconds(1).toNanos();

  /** An operator may raise a quota before its hour is over. */
  private static final long MOST_NANOS = Duration.ofSeconds(5).toNanos();

  private final Map<TenantId, Long> tenants = new ConcurrentHashMap<>();
  private final Map<FunctionRef, Long> functions = new ConcurrentHashMap<>();

  void close(FunctionRef function, Places.Place.Taken taken, long nowNanos) {
    long until = nowNanos + Math.clamp(taken.retryAfter().toNanos(), LEAST_NANOS, MOST_NANOS);
    if (taken.isOfTenant()) {
      tenants.put(function.tenant(), until);
    } else {
      functions.put(function, until);
    }
  }

  /** One of its own has ended: there may be a place. */
  void ended(FunctionRef function) {
    tenants.remove(function.tenant());
    functions.remove(function);
  }

  boolean isClosed(TenantId tenant, long nowNanos) {
    Long until = tenants.get(tenant);
    return until != null && nowNanos - until < 0;
  }

  boolean isClosed(FunctionRef function, long nowNanos) {
    Long until = functions.get(function);
    return (until != null && nowNanos - until < 0) || isClosed(function.tenant(), nowNanos);
  }

  /** Forgets what is over. */
  void forget(long nowNanos) {
    tenants.values().removeIf(until -> nowNanos - until >= 0);
    functions.values().removeIf(until -> nowNanos - until >= 0);
  }
}
