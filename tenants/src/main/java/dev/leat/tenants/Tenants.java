package dev.leat.tenants;

import dev.leat.contract.Answer;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The tenants that exist. Read from memory by any thread; {@link #create} and {@link #delete} block
 * on the store and take turns.
 */
public final class Tenants {
  /** Tenants of one installation: at about 200 bytes each, 20 MB of memory. */
  public static final int TENANTS_MAX = 100_000;

  /** The longest list that is given at once. */
  public static final int LIST_MAX = 1_000;

  private final TenantStore store;
  private final Tokens tokens;
  private final Quotas quotas;
  private final InstantSource clock;
  private final ConcurrentNavigableMap<TenantId, Tenant> tenants = new ConcurrentSkipListMap<>();

  public Tenants(TenantStore store, Tokens tokens, Quotas quotas, InstantSource clock) {
    this.store = store;
    this.tokens = tokens;
    this.quotas = quotas;
    this.clock = clock;
  }

  /** Loads the tenants. Blocks; called once, before anything else. */
  public void start() {
    store.all().forEach(tenant -> tenants.put(tenant.id(), tenant));
  }

  /** Whether there is such a tenant. Never blocks. */
  public boolean exists(TenantId id) {
    return tenants.containsKey(id);
  }

  /** Makes a tenant without quotas; a name that is taken is a conflict. */
  public synchronized Answer<Tenant> create(TenantId id) {
    if (tenants.size() >= TENANTS_MAX) {
      return Answer.refused(
          ProblemCode.CONFLICT,
          "There are " + TENANTS_MAX + " tenants, the most allowed. Delete one first.");
    }
    Tenant tenant = new Tenant(id, clock.instant());
    if (tenants.containsKey(id) || !store.add(tenant)) {
      return Answer.refused(
          ProblemCode.CONFLICT, "Tenant '" + id + "' exists already. Choose another name.");
    }
    tenants.put(id, tenant);
    return Answer.done(tenant);
  }

  /**
   * The tenants in the order of their names.
   *
   * @param limit how many at most, 1 to {@link #LIST_MAX}
   * @param after the last one of the list before; empty for the first list
   */
  public Answer<List<Tenant>> list(int limit, Optional<TenantId> after) {
    if (limit < 1 || limit > LIST_MAX) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST, "limit must be 1-" + LIST_MAX + ", was " + limit);
    }
    return Answer.done(
        after.map(last -> tenants.tailMap(last, false)).orElse(tenants).values().stream()
            .limit(limit)
            .toList());
  }

  public Answer<Tenant> show(TenantId id) {
    Tenant tenant = tenants.get(id);
    return tenant == null ? Refusals.unknownTenant(id) : Answer.done(tenant);
  }

  /**
   * Removes a tenant with its tokens and quotas, and gives what it was. Its tokens are worth
   * nothing from then on, even if a tenant of the same name is made.
   */
  public synchronized Answer<Tenant> delete(TenantId id) {
    store.delete(id);
    tokens.refresh();
    quotas.refresh(id);
    // Last, so that a failure above leaves a name that cannot be taken before its tokens are dead.
    Tenant deleted = tenants.remove(id);
    return deleted == null ? Refusals.unknownTenant(id) : Answer.done(deleted);
  }
}
