package dev.leat.tenants;

import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.store.ChangeFeed;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
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
  private final TenantBelongings belongings;
  private final InstantSource clock;
  private final ConcurrentNavigableMap<TenantId, Tenant> tenants = new ConcurrentSkipListMap<>();

  /** Asked for each request, and mostly empty. */
  private final Set<TenantId> suspended = ConcurrentHashMap.newKeySet();

  public Tenants(TenantStore store, TenantBelongings belongings, InstantSource clock) {
    this.store = store;
    this.belongings = belongings;
    this.clock = clock;
  }

  @Override
  public void load() {
    Map<TenantId, Tenant> all =
        store.all().stream().collect(Collectors.toMap(Tenant::id, Function.identity()));
    tenants.keySet().retainAll(all.keySet());
    suspended.retainAll(all.keySet());
    all.values().forEach(this::hold);
  }

  @Override
  public void changed(Change change) {
    if (change instanceof Change.TenantChanged(TenantId id)) {
      store.find(id).ifPresentOrElse(this::hold, () -> drop(id));
    }
  }

  /** When the tenant was made, as far as it is known here. Never blocks. */
  public Optional<Instant> createdAt(TenantId id) {
    return Optional.ofNullable(tenants.get(id)).map(Tenant::createdAt);
  }

  private void hold(Tenant tenant) {
    tenants.put(tenant.id(), tenant);
    switch (tenant.state()) {
      case ACTIVE -> suspended.remove(tenant.id());
      case SUSPENDED -> suspended.add(tenant.id());
    }
  }

  private void drop(TenantId id) {
    tenants.remove(id);
    suspended.remove(id);
  }

  /** Whether there is such a tenant. Never blocks. */
  public boolean exists(TenantId id) {
    return tenants.containsKey(id);
  }

  /** Whether the tenant's functions and tokens are of no use just now. Never blocks. */
  public boolean isSuspended(TenantId id) {
    return suspended.contains(id);
  }

  /** What those are told who ask something of a suspended tenant, or with one of its tokens. */
  public static Problem suspended(TenantId id) {
    return Problem.of(
        ProblemCode.TENANT_SUSPENDED,
        "Tenant '" + id + "' is suspended. Ask an operator of the platform to resume it.");
  }

  /**
   * Makes a tenant without quotas; a name that is taken is a conflict. What a request in progress
   * added after an earlier tenant of that name was deleted goes first.
   */
  public Answer<Tenant> create(TenantId id) {
    Tenant tenant = new Tenant(id, clock.instant(), Tenant.State.ACTIVE);
    return store.alone(() -> {
      if (store.find(id).isPresent()) {
        return taken(id);
      }
      forget(id);
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
   * Has the tenant's functions refused and its tokens be worth nothing, until it is resumed. What
   * runs already ends by its deadline. Suspended twice is as once.
   */
  public Answer<Tenant> suspend(TenantId id) {
    return change(id, Tenant.State.SUSPENDED);
  }

  /** Ends a suspension, if there is one. */
  public Answer<Tenant> resume(TenantId id) {
    return change(id, Tenant.State.ACTIVE);
  }

  private Answer<Tenant> change(TenantId id, Tenant.State state) {
    return store.change(id, state).map(Answer::done).orElseGet(() -> Refusals.unknownTenant(id));
  }

  /**
   * Removes a tenant with all that it has, and gives what it was. One that has functions is removed
   * only if forced; none is added to it meanwhile. Its tokens are worth nothing from then on, even
   * if a tenant of the same name is made. What it has in other rooms goes first, so that a removal
   * which is cut short can be asked for again; and once more afterwards, since its tokens could add
   * to it until then. Much is removed in many turns, between which other tenants are made.
   */
  public Answer<Tenant> delete(TenantId id, boolean isForced) {
    Optional<Tenant> tenant = store.find(id);
    Optional<Answer<Tenant>> ended =
        tenant.isPresent() ? Optional.empty() : Optional.of(Refusals.unknownTenant(id));
    while (ended.isEmpty()) {
      ended = store.alone(() -> deleteSome(tenant.get(), isForced));
    }
    return ended.get();
  }

  /** A turn of a deletion; empty if there must be another. */
  private Optional<Answer<Tenant>> deleteSome(Tenant tenant, boolean isForced) {
    TenantId id = tenant.id();
    Optional<Instant> madeAt = store.find(id).map(Tenant::createdAt);
    if (!madeAt.equals(Optional.of(tenant.createdAt()))) {
      return Optional.of(Refusals.unknownTenant(id)); // another has deleted it between two turns
    }
    int functions = belongings.close(id, isForced);
    if (functions > 0) {
      return Optional.of(
          Answer.refused(
              ProblemCode.CONFLICT,
              "Tenant '%s' has %d function%s. Delete %s first, or force it."
                  .formatted(
                      id, functions, functions == 1 ? "" : "s", functions == 1 ? "it" : "them")));
    }
    if (belongings.forgetSome(id)) {
      return Optional.empty();
    }
    belongings.forgetLater(tenant);
    Optional<Tenant> deleted = store.delete(id);
    forget(id);
    return deleted.map(Answer::done);
  }

  /** What was added between a deletion's last turn and its end: little. */
  private void forget(TenantId id) {
    while (belongings.forgetSome(id)) {
      // and more
    }
    belongings.open(id);
  }
}
