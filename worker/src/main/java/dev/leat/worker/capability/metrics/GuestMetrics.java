package dev.leat.worker.capability.metrics;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sums of what guests recorded, by function and name. Series are bounded by function, by tenant and
 * in all; a value that would need one more is dropped and counted. A deleted function's series go.
 * Safe for several threads.
 */
public final class GuestMetrics {
  static final int NAMES_PER_FUNCTION = 100;

  /** A tenth of all, so that one tenant does not take them. */
  static final int SERIES_PER_TENANT = 500;

  /** Each half a kilobyte here and two lines of some 150 bytes at /metrics: 1.5 MB there. */
  static final int SERIES = 5_000;

  static final int NAME_MAX = 128;

  private final Predicate<FunctionRef> isDeployed;
  private final Map<FunctionRef, Map<String, Total>> totals = new ConcurrentHashMap<>();
  private final Map<TenantId, Integer> seriesOfTenants = new ConcurrentHashMap<>();
  private volatile int series;
  private final Map<Drop, LongAdder> drops = new EnumMap<>(Drop.class);

  /**
   * @param isDeployed asked seldom; must be quick
   */
  public GuestMetrics(Predicate<FunctionRef> isDeployed) {
    this.isDeployed = isDeployed;
    for (Drop drop : Drop.values()) {
      drops.put(drop, new LongAdder());
    }
  }

  /** Adds a value, or drops it. Ignores what a function records that is not deployed. */
  public void record(FunctionRef function, String name, double value) {
    if (!Double.isFinite(value) || !isName(name)) {
      count(Drop.INVALID);
      return;
    }
    Total total = find(function, name);
    if (total == null) {
      total = place(function, name);
    }
    if (total != null) {
      total.sum.add(value);
      total.count.increment();
    }
  }

  /** Letters, digits and {@code _ : . / -}, the first no digit and no sign: all toolkits' names. */
  private static boolean isName(String name) {
    if (name.isEmpty() || name.length() > NAME_MAX || !isLetter(name.charAt(0))) {
      return false;
    }
    for (int at = 1; at < name.length(); at++) {
      char c = name.charAt(at);
      if (!isLetter(c) && !(c >= '0' && c <= '9') && c != '.' && c != '/' && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
  }

  private @Nullable Total find(FunctionRef function, String name) {
    Map<String, Total> names = totals.get(function);
    return names == null ? null : names.get(name);
  }

  private @Nullable Total place(FunctionRef function, String name) {
    Drop drop = bound(function); // without the lock first: a guest may go on at its bound
    if (drop == null) {
      synchronized (this) {
        Total placed = find(function, name);
        if (placed != null) {
          return placed;
        }
        if (!isDeployed.test(function)) { // on trial, or deleted while it was running
          return null;
        }
        drop = bound(function);
        if (drop == null) {
          Total total = new Total();
          totals.computeIfAbsent(function, first -> new ConcurrentHashMap<>()).put(name, total);
          count(function.tenant(), 1);
          return total;
        }
      }
    }
    count(drop);
    return null;
  }

  /** What keeps the function from one more series; null if nothing does. */
  private @Nullable Drop bound(FunctionRef function) {
    Map<String, Total> names = totals.get(function);
    if (names != null && names.size() >= NAMES_PER_FUNCTION) {
      return Drop.FUNCTION;
    }
    if (seriesOfTenants.getOrDefault(function.tenant(), 0) >= SERIES_PER_TENANT) {
      return Drop.TENANT;
    }
    return series >= SERIES ? Drop.NODE : null;
  }

  /** To be told when a version can be called no more; its function may have others. */
  public synchronized void removed(FunctionRef function) {
    Map<String, Total> names = isDeployed.test(function) ? null : totals.remove(function);
    if (names != null) {
      count(function.tenant(), -names.size());
    }
  }

  private synchronized void count(TenantId tenant, int more) {
    series += more;
    seriesOfTenants.merge(
        tenant, more, (had, change) -> had + change == 0 ? null : Integer.valueOf(had + change));
  }

  private void count(Drop drop) {
    LongAdder counted = drops.get(drop);
    if (counted != null) { // there is one for each
      counted.increment();
    }
  }

  /** Everything recorded so far. */
  public List<Recorded> recorded() {
    return totals.entrySet().stream()
        .flatMap(function ->
            function.getValue().entrySet().stream()
                .map(name ->
                    new Recorded(
                        function.getKey(),
                        name.getKey(),
                        name.getValue().count.sum(),
                        name.getValue().sum.sum())))
        .toList();
  }

  /** Values dropped for this reason. */
  public long dropped(Drop drop) {
    LongAdder counted = drops.get(drop);
    return counted == null ? 0 : counted.sum();
  }

  /** Tenants of whom something is kept. */
  int tenants() {
    return seriesOfTenants.size();
  }

  /** One name's sum. */
  public record Recorded(FunctionRef function, String name, long count, double sum) {}

  /** Why a value was dropped. */
  public enum Drop {
    /** It is not finite, or its name is none. */
    INVALID,
    /** Its function has as many names as it may. */
    FUNCTION,
    /** Its tenant's functions have. */
    TENANT,
    /** All tenants' functions have. */
    NODE;

    /** As it stands in metrics. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final class Total {
    private final DoubleAdder sum = new DoubleAdder();
    private final LongAdder count = new LongAdder();
  }
}
