package dev.leat.invocations.async;

import dev.leat.contract.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a node has taken from the queue: what waits to be begun, tenants taking turns, and how much
 * of each tenant is under way. Safe for several threads.
 */
final class Taken {
  /** By tenant, who was served last being last. */
  private final Map<TenantId, ArrayDeque<Entry>> waiting = new LinkedHashMap<>();

  private final Map<TenantId, Integer> running = new HashMap<>();
  private int waitingCount;
  private int runningCount;

  private record Entry(QueuedInvocation invocation, long sinceNanos) {}

  synchronized void add(QueuedInvocation invocation, long nowNanos) {
    waiting
        .computeIfAbsent(invocation.tenant(), tenant -> new ArrayDeque<>())
        .add(new Entry(invocation, nowNanos));
    waitingCount++;
  }

  /**
   * The next one, which is under way from now on; null if there is none that may begin.
   *
   * @param most that may be under way
   * @param ofTenant that may be under way of one tenant
   */
  synchronized @Nullable QueuedInvocation begin(
      int most, int ofTenant, Predicate<QueuedInvocation> hasRoom) {
    if (runningCount >= most) {
      return null;
    }
    for (Map.Entry<TenantId, ArrayDeque<Entry>> each : waiting.entrySet()) {
      TenantId tenant = each.getKey();
      ArrayDeque<Entry> of = each.getValue();
      if (running.getOrDefault(tenant, 0) < ofTenant) {
        if (!hasRoom.test(of.element().invocation())) {
          return null; // it is the next one, and waits for what it needs
        }
        QueuedInvocation next = of.remove().invocation();
        waiting.remove(tenant);
        if (!of.isEmpty()) {
          waiting.put(tenant, of);
        }
        waitingCount--;
        runningCount++;
        running.merge(tenant, 1, Integer::sum);
        return next;
      }
    }
    return null;
  }

  synchronized void ended(TenantId tenant) {
    runningCount--;
    running.computeIfPresent(tenant, (id, count) -> count == 1 ? null : count - 1);
  }

  /** Those that have waited since before this time; they do not wait any more. */
  synchronized List<QueuedInvocation> since(long nanos) {
    List<QueuedInvocation> old = new ArrayList<>();
    Iterator<ArrayDeque<Entry>> all = waiting.values().iterator();
    while (all.hasNext()) {
      ArrayDeque<Entry> of = all.next();
      while (!of.isEmpty() && of.element().sinceNanos() - nanos < 0) {
        old.add(of.remove().invocation());
        waitingCount--;
      }
      if (of.isEmpty()) {
        all.remove();
      }
    }
    return old;
  }

  /** All that wait; they do not wait any more. */
  synchronized List<QueuedInvocation> all() {
    List<QueuedInvocation> all = new ArrayList<>();
    waiting.values().forEach(of -> of.forEach(entry -> all.add(entry.invocation())));
    waiting.clear();
    waitingCount = 0;
    return all;
  }

  synchronized int of(TenantId tenant) {
    ArrayDeque<Entry> waits = waiting.get(tenant);
    return running.getOrDefault(tenant, 0) + (waits == null ? 0 : waits.size());
  }

  synchronized int waiting() {
    return waitingCount;
  }

  synchronized int running() {
    return runningCount;
  }
}
