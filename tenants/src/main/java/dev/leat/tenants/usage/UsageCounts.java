package dev.leat.tenants.usage;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.Invocation;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What this node counted, in memory. Counting is two look-ups and a handful of additions, without
 * locks; any thread. One thread takes what was counted since it took last. Nothing is ever lost:
 * when there is no place for a function, it is counted with others of its tenant.
 */
public final class UsageCounts {
  /**
   * Functions that are told apart at a time: at about 600 bytes for each of its endings, mostly one
   * or two, 10 MB. Beyond them there is one place for each tenant.
   */
  static final int FUNCTIONS_MAX = 10_000;

  /** As many as a tenant may have; more only if it deletes some and makes others. */
  static final int FUNCTIONS_PER_TENANT_MAX = 1_000;

  /** Takes without anything new until a place is given to another: two minutes. */
  static final int IDLE_TAKES = 240;

  private final Map<FunctionRef, Place> places = new ConcurrentHashMap<>();

  /** Of functions that have no place of their own. */
  private final Map<TenantId, Place> others = new ConcurrentHashMap<>();

  /** Places that were let go, in which somebody counted nevertheless. */
  private final Queue<Place> late = new ConcurrentLinkedQueue<>();

  /** How many places each tenant has; guarded by itself. */
  private final Map<TenantId, Integer> shares = new HashMap<>();

  private volatile int placed;

  /** Counts an invocation that ended. */
  public void count(Invocation invocation, Outcome outcome) {
    Place place = place(invocation.target().function());
    int answered = outcome instanceof Outcome.Responded responded ? responded.body().length : 0;
    place.tally(outcome.word()).count(outcome.usage(), invocation.input().body().length, answered);
    counted(place);
  }

  /** Counts what this node charged to hourly balances. */
  public void charged(FunctionRef function, Usage usage) {
    Place place = place(function);
    place.tally(UsageRow.CHARGED).charge(usage);
    counted(place);
  }

  /** Either who let the place go meanwhile has seen what was added, or it is said here. */
  private void counted(Place place) {
    if (place.isLetGo) {
      late.add(place);
    }
  }

  private Place place(FunctionRef function) {
    Place known = places.get(function);
    return known == null ? find(function) : known;
  }

  private Place find(FunctionRef function) {
    if (placed >= FUNCTIONS_MAX) {
      return other(function.tenant());
    }
    synchronized (shares) {
      Place known = places.get(function);
      if (known != null) {
        return known;
      }
      int share = shares.getOrDefault(function.tenant(), 0);
      if (share >= FUNCTIONS_PER_TENANT_MAX || placed >= FUNCTIONS_MAX) {
        return other(function.tenant());
      }
      Place made = new Place(function.tenant(), function.name().value());
      places.put(function, made);
      shares.put(function.tenant(), share + 1);
      placed = places.size();
      return made;
    }
  }

  private Place other(TenantId tenant) {
    return others.computeIfAbsent(tenant, id -> new Place(id, UsageRow.OTHER));
  }

  /** Gives all that was counted and not taken yet. One thread at a time. */
  void take(Taker taker) {
    take(places.values().iterator(), taker);
    take(others.values().iterator(), taker);
    for (Place place = late.poll(); place != null; place = late.poll()) {
      place.take(taker);
    }
  }

  private void take(Iterator<Place> all, Taker taker) {
    while (all.hasNext()) {
      Place place = all.next();
      if (place.take(taker)) {
        place.idleTakes = 0;
      } else if (++place.idleTakes >= IDLE_TAKES) {
        all.remove();
        letGo(place);
        place.take(taker);
      }
    }
  }

  private void letGo(Place place) {
    place.isLetGo = true;
    if (!place.function.equals(UsageRow.OTHER)) {
      synchronized (shares) {
        shares.computeIfPresent(place.tenant, (id, share) -> share == 1 ? null : share - 1);
        placed = places.size();
      }
    }
  }

  /** How many places are taken. */
  int places() {
    return places.size() + others.size();
  }

  /** Takes what was counted. */
  @FunctionalInterface
  interface Taker {
    void take(TenantId tenant, String function, String what, Amounts more);
  }

  /** Where a function's endings are counted, or those of a tenant's others. */
  private static final class Place {
    private final TenantId tenant;
    private final String function;

    /** As many as there are words of outcomes, and one. */
    private final Map<String, Tally> tallies = new ConcurrentHashMap<>();

    private int idleTakes; // confined to who takes
    private volatile boolean isLetGo;

    Place(TenantId tenant, String function) {
      this.tenant = tenant;
      this.function = function;
    }

    Tally tally(String what) {
      Tally known = tallies.get(what);
      return known == null ? tallies.computeIfAbsent(what, missing -> new Tally()) : known;
    }

    /** Whether there was anything. */
    boolean take(Taker taker) {
      boolean[] isAny = {false};
      tallies.forEach((what, tally) -> {
        Amounts more = tally.take();
        if (!more.equals(Amounts.NONE)) {
          taker.take(tenant, function, what, more);
          isAny[0] = true;
        }
      });
      return isAny[0];
    }
  }
}
