package dev.leat.worker;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.TenantId;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/**
 * The instance pools of this node, one for each version that is in use. Safe for several threads.
 */
final class Pools {
  private static final Duration FORGET_AFTER = Duration.ofMinutes(1);

  /**
   * A call chooses its version before its body is read, which may take 5 minutes; then it may wait
   * and run for 5 each.
   */
  private static final Duration LATE_CALLS = Duration.ofMinutes(20);

  private final int waitersPerFunction;
  private final ToIntFunction<FunctionVersion> kept;
  private final Map<FunctionVersion, InstancePool> pools = new ConcurrentHashMap<>();

  /**
   * The versions that traffic goes to, by function; a function that is not here keeps all. Of one
   * that is gone it is known for a time, since calls may come late.
   */
  private final Map<FunctionRef, Retained> retained = new ConcurrentHashMap<>();

  /**
   * @param kept how many instances of a version are kept while idle, if traffic goes to it
   */
  Pools(int waitersPerFunction, ToIntFunction<FunctionVersion> kept) {
    this.waitersPerFunction = waitersPerFunction;
    this.kept = kept;
  }

  /** How many instances of the version are to be kept ready for its traffic. */
  int kept(FunctionVersion version) {
    return kept.applyAsInt(version);
  }

  /** Whether it was used lately. */
  boolean has(FunctionVersion version) {
    return pools.containsKey(version);
  }

  /** Whether some wait for one of its instances. */
  boolean isCrowded(FunctionVersion version) {
    InstancePool pool = pools.get(version);
    return pool != null && pool.waitingInvocations() > 0;
  }

  /** The version's pool; made if there is none. */
  InstancePool of(FunctionVersion version) {
    InstancePool pool = pools.get(version);
    return pool != null
        ? pool
        : pools.computeIfAbsent(
            version,
            missing ->
                new InstancePool(
                    missing,
                    waitersPerFunction,
                    () -> isRetained(missing) ? kept(missing) : 0,
                    System::nanoTime));
  }

  /** A pool instead of this one, into which nothing can enter any more. */
  InstancePool renewed(InstancePool forgotten) {
    pools.remove(forgotten.version(), forgotten);
    return of(forgotten.version());
  }

  Collection<InstancePool> all() {
    return pools.values();
  }

  /**
   * Keeps no instances of the function's versions but these, once they were idle for long.
   *
   * @param versions none when the function is gone
   */
  void retain(FunctionRef function, Set<FunctionVersion> versions) {
    Retained now = new Retained(Set.copyOf(versions), Set.of(), System.nanoTime());
    Retained before = retained.put(function, now);
    if (before != null && before.versions().isEmpty()) {
      versions.stream()
          .filter(version -> !before.begun().contains(version))
          .forEach(this::dropLeftovers);
    }
  }

  /** What late calls have left of a function or tenant of that name is not the next one's. */
  private void dropLeftovers(FunctionVersion version) {
    pools.computeIfPresent(
        version,
        (same, pool) -> {
          pool.delete();
          return null;
        });
  }

  private boolean isRetained(FunctionVersion version) {
    Retained known = retained.get(version.function());
    return known == null || known.versions().contains(version);
  }

  /**
   * The version can be called, from now on or soon. An equal one that was deleted, of a tenant or
   * function whose name was taken again, leaves it nothing. What it is given from now on is its
   * own, also before {@link #retain} tells of it.
   */
  void begin(FunctionVersion version) {
    retained.computeIfPresent(
        version.function(),
        (function, known) -> {
          if (!known.versions().isEmpty() || known.begun().contains(version)) {
            return known;
          }
          dropLeftovers(version);
          return known.with(version);
        });
    pools.computeIfPresent(version, (same, pool) -> pool.isDeleted() ? null : pool);
  }

  /** Lets the idle instances of a version go that cannot be called any more. */
  void delete(FunctionVersion version) {
    InstancePool pool = pools.get(version);
    if (pool != null) {
      pool.delete();
    }
  }

  /**
   * Lets idle instances go, those that waited longest first, until they gave so many bytes back;
   * none if all of them together do not hold as many.
   */
  void reclaim(long bytes) {
    if (all().stream().mapToLong(InstancePool::idleBytes).sum() < bytes) {
      return; // what is missing is held by guests that run
    }
    long left = bytes;
    while (left > 0) {
      InstancePool longestIdle = null;
      for (InstancePool pool : all()) {
        if (longestIdle == null || pool.idleSinceNanos() < longestIdle.idleSinceNanos()) {
          longestIdle = pool;
        }
      }
      if (longestIdle == null || longestIdle.idleSinceNanos() == Long.MAX_VALUE) {
        return;
      }
      left -= longestIdle.dropIdle();
    }
  }

  /**
   * Lets go of instances that were idle for long, and of pools that have not been used for long.
   */
  void sweep(long nowNanos) {
    retained.values().removeIf(known -> known.isPast(nowNanos));
    for (InstancePool pool : all()) {
      pool.reap(nowNanos);
      if (pool.forget(nowNanos, FORGET_AFTER.toNanos())) {
        pools.remove(pool.version(), pool);
      }
    }
  }

  /** Looks how many instances are asked for just now; to be called at even intervals. */
  void sample() {
    all().forEach(InstancePool::sample);
  }

  /** The versions that are asked for most, first, as far as they are worth telling. */
  List<VersionDemand> demands() {
    return all().stream()
        .map(pool -> new VersionDemand(pool.version(), pool.busy()))
        .filter(demand -> demand.busy() >= VersionDemand.BUSY_MIN)
        .sorted(Comparator.comparingDouble(VersionDemand::busy).reversed())
        .limit(VersionDemand.COUNT_MAX)
        .toList();
  }

  /** The sum over all pools. */
  int sum(ToIntFunction<InstancePool> figure) {
    return all().stream().mapToInt(figure).sum();
  }

  /** Idle instances of all of the tenant's functions. */
  int idleInstances(TenantId tenant) {
    return all().stream()
        .filter(pool -> pool.version().function().tenant().equals(tenant))
        .mapToInt(InstancePool::idleInstances)
        .sum();
  }

  /**
   * The versions of a function that traffic goes to since a time.
   *
   * @param begun the first versions of the next function of that name, once this one is gone
   */
  private record Retained(
      Set<FunctionVersion> versions, Set<FunctionVersion> begun, long sinceNanos) {
    Retained with(FunctionVersion version) {
      Set<FunctionVersion> more = new HashSet<>(begun);
      more.add(version);
      return new Retained(versions, Set.copyOf(more), sinceNanos);
    }

    /** Whether nobody can come late any more to a function that is gone. */
    boolean isPast(long nowNanos) {
      return versions.isEmpty() && nowNanos - sinceNanos > LATE_CALLS.toNanos();
    }
  }
}
