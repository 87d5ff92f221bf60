package dev.leat.worker.guest;

import dev.leat.contract.TenantId;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait, in the order in which they are served: one of each tenant by turns, of one tenant
 * the longest first, so that however many wait of one, another's first waits for one of them at the
 * most. Not safe for several threads.
 */
final class WaitingLine<W> {
  /** Only tenants of whom someone waits; who is served next stands first. */
  private final SequencedMap<TenantId, ArrayDeque<W>> byTenant = new LinkedHashMap<>();

  private int size;

  void add(TenantId tenant, W waiter) {
    byTenant.computeIfAbsent(tenant, key -> new ArrayDeque<>()).add(waiter);
    size++;
  }

  /** Who is served next; null if nobody waits. */
  @Nullable W peek() {
    Map.Entry<TenantId, ArrayDeque<W>> first = byTenant.firstEntry();
    return first == null ? null : first.getValue().peek();
  }

  /** Takes out who is served next, and puts the tenant behind all others; null if nobody waits. */
  @Nullable W poll() {
    Map.Entry<TenantId, ArrayDeque<W>> first = byTenant.pollFirstEntry();
    if (first == null) {
      return null;
    }
    ArrayDeque<W> its = first.getValue();
    W next = its.poll();
    if (!its.isEmpty()) {
      byTenant.put(first.getKey(), its);
    }
    size--;
    return next;
  }

  /** Takes out one who does not wait any more, if it is still there. */
  void remove(TenantId tenant, W waiter) {
    ArrayDeque<W> its = byTenant.get(tenant);
    if (its != null && its.remove(waiter)) {
      size--;
      if (its.isEmpty()) {
        byTenant.remove(tenant);
      }
    }
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }
}
