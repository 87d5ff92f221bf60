package dev.leat.node.metrics;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How many invocations of each function ended how, under a bound on what is told apart: a function
 * gets a place of its own when it is called first, if there is one. All others of its tenant are
 * counted together, and so are those of tenants that get no place. A function that is deleted
 * leaves its place, and its counts to its tenant's others. Safe for several threads.
 */
final class InvocationCounts {
  /** With some five endings each, and those of the tenants, below 10,000 series. */
  static final int FUNCTIONS_MAX = 1_000;

  /** So that one tenant does not take all places. */
  static final int FUNCTIONS_PER_TENANT_MAX = 100;

  static final int TENANTS_MAX = 500;

  /** In place of a name; no name can be so. */
  static final String OTHER = "_other";

  private final Predicate<FunctionRef> isDeployed;
  private final Predicate<TenantId> exists;

  /** Deployed functions that were called, with where each is counted. */
  private final Map<FunctionRef, Endings> functions = new ConcurrentHashMap<>();

  private final Map<TenantId, Share> shares = new HashMap<>();
  private final Endings others = new Endings(true);
  private int places;

  /**
   * @param isDeployed asked seldom; must be quick
   * @param exists likewise
   */
  InvocationCounts(Predicate<FunctionRef> isDeployed, Predicate<TenantId> exists) {
    this.isDeployed = isDeployed;
    this.exists = exists;
  }

  void count(FunctionRef function, String ending) {
    Endings known = functions.get(function);
    (known == null ? find(function) : known).add(ending, 1);
  }

  private synchronized Endings find(FunctionRef function) {
    Endings known = functions.get(function);
    if (known != null) {
      return known;
    }
    if (!isDeployed.test(function)) { // deleted while it was running
      Share share = shares.get(function.tenant());
      return share == null ? others : share.others;
    }
    Endings placed = place(function);
    functions.put(function, placed);
    return placed;
  }

  private Endings place(FunctionRef function) {
    Share share = share(function.tenant());
    if (share == null) {
      return others;
    }
    if (share.places == FUNCTIONS_PER_TENANT_MAX || places == FUNCTIONS_MAX) {
      return share.others;
    }
    share.places++;
    places++;
    return new Endings(false);
  }

  private @Nullable Share share(TenantId tenant) {
    if (!shares.containsKey(tenant) && shares.size() == TENANTS_MAX) {
      forgetTenantsThatAreGone();
      if (shares.size() == TENANTS_MAX) {
        return null;
      }
    }
    return shares.computeIfAbsent(tenant, missing -> new Share());
  }

  private void forgetTenantsThatAreGone() {
    shares
        .entrySet()
        .removeIf(entry -> {
          boolean gone = entry.getValue().places == 0 && !exists.test(entry.getKey());
          if (gone) {
            entry.getValue().others.retire(others);
          }
          return gone;
        });
  }

  /** To be told when a version can be called no more; its function may have others. */
  synchronized void removed(FunctionRef function) {
    if (isDeployed.test(function)) {
      return;
    }
    Endings endings = functions.remove(function);
    Share share = shares.get(function.tenant());
    if (endings != null && share != null && !endings.isShared()) {
      endings.retire(share.others);
      share.places--;
      places--;
      // Those without a place look for one again.
      functions.values().removeIf(Endings::isShared);
    }
  }

  /** Calls the reader for each series. */
  synchronized void forEach(Reader reader) {
    functions.forEach((function, endings) -> {
      if (!endings.isShared()) {
        read(reader, function.tenant().value(), function.name().value(), endings);
      }
    });
    shares.forEach((tenant, share) -> read(reader, tenant.value(), OTHER, share.others));
    read(reader, OTHER, OTHER, others);
  }

  private static void read(Reader reader, String tenant, String function, Endings endings) {
    endings.forEach((ending, count) -> reader.read(tenant, function, ending, count));
  }

  /** Takes a series' labels and value. */
  @FunctionalInterface
  interface Reader {
    void read(String tenant, String function, String ending, long count);
  }

  private static final class Share {
    private final Endings others = new Endings(true);
    private int places;
  }
}
