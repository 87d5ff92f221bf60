package dev.leat.worker.capability.metrics;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What guests recorded, by function, kind, name and tags. Series are bounded by function, by tenant
 * and in all; a value that would need one more is dropped and counted. A deleted function's series
 * go. Safe for several threads.
 */
public final class GuestMetrics {
  static final int SERIES_PER_FUNCTION = 100;

  /** A tenth of all, so that one tenant does not take them. */
  static final int SERIES_PER_TENANT = 500;

  /**
   * Each half a kilobyte here and two lines of some 150 bytes at /metrics: 1.5 MB there. With all
   * the tags that it may have it is 2 KB here, and 8 MB of lines in all. A distribution counts as
   * eight.
   */
  static final int SERIES = 5_000;

  static final int NAME_MAX = 128;

  private final Predicate<FunctionRef> isDeployed;
  private final Map<FunctionRef, Map<Series, Total>> totals = new ConcurrentHashMap<>();
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

  /**
   * Adds a value, or drops it. Ignores what a function records that is not deployed.
   *
   * @param tags null if the guest's were none to be taken
   */
  void record(
      FunctionRef function, MetricKind kind, String name, @Nullable MetricTags tags, double value) {
    if (tags == null || !Total.takes(kind, value) || !isName(name)) {
      count(Drop.INVALID);
      return;
    }
    Series wanted = new Series(kind, name, tags);
    Total total = find(function, wanted);
    if (total == null) {
      total = place(function, wanted);
    }
    if (total != null) {
      total.add(value);
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

  private @Nullable Total find(FunctionRef function, Series wanted) {
    Map<Series, Total> known = totals.get(function);
    return known == null ? null : known.get(wanted);
  }

  private @Nullable Total place(FunctionRef function, Series wanted) {
    Drop drop = bound(function, wanted); // without the lock first: a guest may go on at its bound
    if (drop == null) {
      synchronized (this) {
        Total placed = find(function, wanted);
        if (placed != null) {
          return placed;
        }
        if (!isDeployed.test(function)) { // on trial, or deleted while it was running
          return null;
        }
        drop = bound(function, wanted);
        if (drop == null) {
          Total total = new Total(wanted.kind);
          totals.computeIfAbsent(function, first -> new ConcurrentHashMap<>()).put(wanted, total);
          count(function.tenant(), wanted.kind.weight());
          return total;
        }
      }
    }
    count(drop);
    return null;
  }

  /** What keeps the function from one more series; null if nothing does. */
  private @Nullable Drop bound(FunctionRef function, Series wanted) {
    int weight = wanted.kind.weight();
    if (weight(totals.get(function)) + weight > SERIES_PER_FUNCTION) {
      return Drop.FUNCTION;
    }
    if (seriesOfTenants.getOrDefault(function.tenant(), 0) + weight > SERIES_PER_TENANT) {
      return Drop.TENANT;
    }
    return series + weight > SERIES ? Drop.NODE : null;
  }

  private static int weight(@Nullable Map<Series, Total> known) {
    int weight = 0;
    if (known != null) {
      for (Series each : known.keySet()) { // at most as many as a function may have
        weight += each.kind.weight();
      }
    }
    return weight;
  }

  /** To be told when a version can be called no more; its function may have others. */
  public synchronized void removed(FunctionRef function) {
    Map<Series, Total> gone = isDeployed.test(function) ? null : totals.remove(function);
    if (gone != null) {
      count(function.tenant(), -weight(gone));
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
    List<Recorded> all = new ArrayList<>();
    totals.forEach((function, known) ->
        known.forEach((each, total) ->
            all.add(
                new Recorded(
                    function,
                    each.kind,
                    each.name,
                    each.tags.byName(),
                    total.count(),
                    total.value(),
                    total.buckets()))));
    return all;
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

  /**
   * What one series has come to.
   *
   * @param count how many values
   * @param value their sum; of a gauge the last one
   * @param buckets how many were within each of {@link #bounds}, and not within the one before; the
   *     last are beyond all. Empty where the series is no distribution
   */
  public record Recorded(
      FunctionRef function,
      MetricKind kind,
      String name,
      SequencedMap<String, String> tags,
      long count,
      double value,
      List<Long> buckets) {}

  /** The upper bounds of distributions, the smallest first. */
  public static List<Double> bounds() {
    return Total.BOUNDS;
  }

  /** What a series is of, within its function. */
  private record Series(MetricKind kind, String name, MetricTags tags) {}

  /** Why a value was dropped. */
  public enum Drop {
    /** It is not finite, or its name is none. */
    INVALID,
    /** Its function has as many series as it may. */
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
}
