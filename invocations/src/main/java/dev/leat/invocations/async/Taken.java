package dev.leat.invocations.async;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node has taken from the queue: what waits to be begun, tenants taking turns and the
 * functions of each, and how much of each is under way. What may not begin keeps nobody else from
 * it. Safe for several threads.
 */
final class Taken {
  /** By tenant and function, who was served last being last. */
  private final Map<TenantId, Map<FunctionRef, ArrayDeque<Entry>>> waiting = new LinkedHashMap<>();

  private final Map<TenantId, Integer> running = new HashMap<>();
  private final Map<FunctionRef, Integer> runningOf = new HashMap<>();
  private int waitingCount;
  private int runningCount;

  private record Entry(QueuedInvocation invocation, long sinceNanos) {}

  /** Whether one may begin. */
  @FunctionalInterface
  interface Gate {
    /**
     * @param running how many of its function are under way
     */
    boolean isOpen(QueuedInvocation invocation, int running);
  }

  synchronized void add(QueuedInvocation invocation, long nowNanos) {
    waiting
        .computeIfAbsent(invocation.tenant(), tenant -> new LinkedHashMap<>())
        .computeIfAbsent(invocation.version().function(), function -> new ArrayDeque<>())
        .add(new Entry(invocation, nowNanos));
    waitingCount++;
  }

  /**
   * The next one, which is under way from now on; null if there is none that may begin.
   *
   * @param most that may be under way
   * @param ofTenant that may be under way of one tenant
   */
  synchronized @Nullable QueuedInvocation begin(int most, int ofTenant, Gate gate) {
    if (runningCount >= most) {
      return null;
    }
    for (Map.Entry<TenantId, Map<FunctionRef, ArrayDeque<Entry>>> each : waiting.entrySet()) {
      if (running.getOrDefault(each.getKey(), 0) < ofTenant) {
        for (Map.Entry<FunctionRef, ArrayDeque<Entry>> of : each.getValue().entrySet()) {
          if (isOpen(of, gate)) {
            return begin(each.getKey(), each.getValue(), of.getKey(), of.getValue());
          }
        }
      }
    }
    return null;
  }

  private boolean isOpen(Map.Entry<FunctionRef, ArrayDeque<Entry>> of, Gate gate) {
    return gate.isOpen(
        of.getValue().element().invocation(), runningOf.getOrDefault(of.getKey(), 0));
  }

  private QueuedInvocation begin(
      TenantId tenant,
      Map<FunctionRef, ArrayDeque<Entry>> functions,
      FunctionRef function,
      ArrayDeque<Entry> of) {
    QueuedInvocation next = of.remove().invocation();
    functions.remove(function);
    if (!of.isEmpty()) {
      functions.put(function, of);
    }
    waiting.remove(tenant);
    if (!functions.isEmpty()) {
      waiting.put(tenant, functions);
    }
    waitingCount--;
    runningCount++;
    running.merge(tenant, 1, Integer::sum);
    runningOf.merge(function, 1, Integer::sum);
    return next;
  }

  synchronized void ended(FunctionRef function) {
    runningCount--;
    running.computeIfPresent(function.tenant(), (id, count) -> count == 1 ? null : count - 1);
    runningOf.computeIfPresent(function, (id, count) -> count == 1 ? null : count - 1);
  }

  /** Those that have waited since before this time; they do not wait any more. */
  synchronized List<QueuedInvocation> since(long nanos) {
    List<QueuedInvocation> old = new ArrayList<>();
    Iterator<Map<FunctionRef, ArrayDeque<Entry>>> all = waiting.values().iterator();
    while (all.hasNext()) {
      Map<FunctionRef, ArrayDeque<Entry>> functions = all.next();
      Iterator<ArrayDeque<Entry>> each = functions.values().iterator();
      while (each.hasNext()) {
        ArrayDeque<Entry> of = each.next();
        while (!of.isEmpty() && of.element().sinceNanos() - nanos < 0) {
          old.add(of.remove().invocation());
          waitingCount--;
        }
        if (of.isEmpty()) {
          each.remove();
        }
      }
      if (functions.isEmpty()) {
        all.remove();
      }
    }
    return old;
  }

  /** All that wait; they do not wait any more. */
  synchronized List<QueuedInvocation> all() {
    List<QueuedInvocation> all = new ArrayList<>();
    waiting
        .values()
        .forEach(functions ->
            functions.values().forEach(of -> of.forEach(entry -> all.add(entry.invocation()))));
    waiting.clear();
    waitingCount = 0;
    return all;
  }

  synchronized int of(TenantId tenant) {
    return running.getOrDefault(tenant, 0)
        + waiting.getOrDefault(tenant, Map.of()).values().stream().mapToInt(ArrayDeque::size).sum();
  }

  /** Whether some of the tenant wait that may not begin. */
  synchronized boolean isHeldUp(TenantId tenant, Gate gate) {
    return waiting.getOrDefault(tenant, Map.of()).entrySet().stream()
        .anyMatch(of -> !isOpen(of, gate));
  }

  /** How many wait that may begin as soon as others end. */
  synchronized int ready(int ofTenant, Gate gate) {
    int ready = 0;
    for (Map.Entry<TenantId, Map<FunctionRef, ArrayDeque<Entry>>> each : waiting.entrySet()) {
      if (running.getOrDefault(each.getKey(), 0) < ofTenant) {
        for (Map.Entry<FunctionRef, ArrayDeque<Entry>> of : each.getValue().entrySet()) {
          ready += isOpen(of, gate) ? of.getValue().size() : 0;
        }
      }
    }
    return ready;
  }

  synchronized int waiting() {
    return waitingCount;
  }

  synchronized int running() {
    return runningCount;
  }
}
