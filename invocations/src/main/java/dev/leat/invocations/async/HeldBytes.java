package dev.leat.invocations.async;

import dev.leat.contract.TenantId;
import java.util.HashMap;
import java.util.Map;

/**
 * What the bodies of invocations hold that are under way here: what they are called with and may
 * answer, then the answer until it is written. A tenant has a quarter of it, or one invocation; and
 * one may always hold what it needs while no other does. Safe for several threads.
 */
final class HeldBytes {
  private final long most;
  private final Map<String, Held> byId = new HashMap<>();
  private final Map<TenantId, Long> byTenant = new HashMap<>();
  private long sum;

  private record Held(TenantId tenant, long bytes) {}

  HeldBytes(long most) {
    this.most = most;
  }

  /** Whether there would be room now. */
  synchronized boolean hasRoom(TenantId tenant, long bytes) {
    long ofTenant = byTenant.getOrDefault(tenant, 0L);
    return (sum == 0 || sum + bytes <= most) && (ofTenant == 0 || ofTenant + bytes <= most / 4);
  }

  /** Whether there was room, which it then has. */
  synchronized boolean hold(TenantId tenant, String id, long bytes) {
    if (!hasRoom(tenant, bytes)) {
      return false;
    }
    exchange(tenant, id, bytes);
    return true;
  }

  /** It holds so much from now on. */
  synchronized void exchange(TenantId tenant, String id, long bytes) {
    Held before = byId.put(id, new Held(tenant, bytes));
    add(tenant, bytes - (before == null ? 0 : before.bytes()));
  }

  synchronized void release(String id) {
    Held before = byId.remove(id);
    if (before != null) {
      add(before.tenant(), -before.bytes());
    }
  }

  private void add(TenantId tenant, long bytes) {
    sum += bytes;
    byTenant.merge(tenant, bytes, (before, more) -> before + more == 0 ? null : before + more);
  }

  synchronized long sum() {
    return sum;
  }
}
