package dev.leat.tenants;

import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.store.ChangeFeed;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The tenants that exist. Read from memory by any thread; what is changed is seen there when the
 * feed of changes brings it. {@link #create} and {@link #delete} block on the store, and take turns
 * on all nodes.
 */
public final class Tenants implements ChangeFeed.Subscriber {
  /** Tenants of one installation: at about 200 bytes each, 20 MB of memory. */
  public static final int TENANTS_MAX = 100_000;

  /** The longest list that is given at once. */
  public static final int LIST_MAX = 1_000;

  private final TenantStore store;
  private final Consumer<TenantId> forget;
  private final InstantSource clock;
  private final ConcurrentNavigableMap<TenantId, Tenant> tenants = new ConcurrentSkipListMap<>();

  /**
   * @param forget removes all that a tenant has in other rooms; blocks
   */
  public Tenants(TenantStore store, Consumer<TenantId> forget, InstantSource clock) {
    this.store = store;
    this.forget = forget;
    this.clock = clock;
  }

  @Override
  public void load() {
    Map<TenantId, Tenant> all =
        store.all().stream().collect(Collectors.toMap(Tenant::id, Function.identity()));
    tenants.keySet().retainAll(all.keySet());
    tenants.putAll(all);
  }

  @Override
  public void changed(Change change) {
    if (change instanceof Change.TenantChanged(TenantId id)) {
      store.find(id).ifPresentOrElse(tenant -> tenants.put(id, tenant), () -> tenants.remove(id));
    }
  }

  /** Whether there is such a tenant. Never blocks. */
  public boolean exists(TenantId id) {
    return tenants.containsKey(id);
  }

  /**
   * Makes a tenant without quotas; a name that is taken is a conflict. What a request in progress
   * added after an earlier tenant of that name was deleted goes first.
   */
  public Answer<Tenant> create(TenantId id) {
    Tenant tenant = new Tenant(id, clock.instant());
    return store.alone(() -> {
      if (store.find(id).isPresent()) {
        return taken(id);
      }
      forget.accept(id);
      return switch (store.add(tenant, TENANTS_MAX)) {
        case ADDED -> Answer.done(tenant);
        case TAKEN -> taken(id);
        case FULL ->
            Answer.refused(
                ProblemCode.CONFLICT,
                "There are " + TENANTS_MAX + " tenants, the most allowed. Delete one first.");
      };
    });
  }

  private static Answer<Tenant> taken(TenantId id) {
    return Answer.refused(
        ProblemCode.CONFLICT, "Tenant '" + id + "' exists already. Choose another name.");
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
   * Removes a tenant with all that it has, and gives what it was. Its tokens are worth nothing from
   * then on, even if a tenant of the same name is made. What it has in other rooms goes first, so
   * that a removal which is cut short can be asked for again; and once more afterwards, since its
   * tokens could add to it until then.
   */
  public Answer<Tenant> delete(TenantId id) {
    return store.alone(() -> {
      forget.accept(id);
      Optional<Tenant> deleted = store.delete(id);
      forget.accept(id);
      return deleted.map(Answer::done).orElseGet(() -> Refusals.unknownTenant(id));
    });
  }
}
