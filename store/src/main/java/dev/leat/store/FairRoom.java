package dev.leat.store;

import dev.leat.contract.TenantId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much may be begun and not ended, a quarter of it one tenant's at the most: what one leaves
 * behind takes nothing from others. Safe for several threads.
 */
public final class FairRoom {
  private static final int PARTS = 4;

  private final int max;
  private final AtomicInteger held = new AtomicInteger();

  /** Only tenants that have something here. */
  private final Map<TenantId, Integer> ofTenants = new ConcurrentHashMap<>();

  public FairRoom(int max) {
    this.max = max;
  }

  /** Whether there was room; whoever entered leaves once. */
  public boolean enter(TenantId tenant) {
    if (held.incrementAndGet() > max) {
      held.decrementAndGet();
      return false;
    }
    if (ofTenants.merge(tenant, 1, Integer::sum) > max / PARTS) {
      leave(tenant);
      return false;
    }
    return true;
  }

  public void leave(TenantId tenant) {
    ofTenants.computeIfPresent(tenant, (key, count) -> count == 1 ? null : count - 1);
    held.decrementAndGet();
  }

  public int held() {
    return held.get();
  }
}
