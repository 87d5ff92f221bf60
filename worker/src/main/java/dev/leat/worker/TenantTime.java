package dev.leat.worker;

import dev.leat.contract.TenantId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A time that each tenant may use, and that comes back slowly. Keeps nothing of tenants that have
 * all of theirs. Confined to one thread.
 */
final class TenantTime {
  private final long nanosMax;
  private final int ratio;
  private final LongSupplier nanoTime;
  private final Map<TenantId, Used> used = new HashMap<>();

  /**
   * @param max what a tenant may use at once
   * @param ratio in so many seconds one comes back
   */
  TenantTime(Duration max, int ratio, LongSupplier nanoTime) {
    this.nanosMax = max.toNanos();
    this.ratio = ratio;
    this.nanoTime = nanoTime;
  }

  boolean isLeft(TenantId tenant) {
    Used now = used.get(tenant);
    return now == null || now.nanosAt(nanoTime.getAsLong(), ratio) < nanosMax;
  }

  void use(TenantId tenant, long nanos) {
    long now = nanoTime.getAsLong();
    used.values().removeIf(other -> other.nanosAt(now, ratio) == 0);
    Used before = used.getOrDefault(tenant, new Used(0, now));
    used.put(tenant, new Used(before.nanosAt(now, ratio) + nanos, now));
  }

  /** Tenants that have not got all of their time back. */
  int tenants() {
    return used.size();
  }

  /** So much was used up at that time. */
  private record Used(long nanos, long atNanos) {
    long nanosAt(long nowNanos, int ratio) {
      return Math.max(0, nanos - (nowNanos - atNanos) / ratio);
    }
  }
}
