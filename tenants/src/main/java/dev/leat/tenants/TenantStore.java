package dev.leat.tenants;

import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where tenants are kept. Laws:
 *
 * <ol>
 *   <li>{@code add} keeps a tenant and says so, unless one of that name exists or there are {@code
 *       max}: then it changes nothing. Neither is exceeded by many who add at once.
 *   <li>{@code all} gives every tenant as it was added or changed, {@code find} the one of that
 *       name.
 *   <li>{@code delete} removes the tenant with its quotas and tokens, all or nothing, and gives it,
 *       if there was one.
 *   <li>The tokens that {@code delete} removes count as revoked: a later tenant of that name never
 *       inherits them.
 *   <li>{@code alone} does its work while no other such work is under way, on whichever node.
 *   <li>What is changed is announced together with the change, a deletion's tokens first.
 *   <li>{@code change} gives the tenant in the new state, if there is one of that name; in the
 *       state that it was in already, nothing is changed.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface TenantStore {
  Added add(Tenant tenant, int max);

  Optional<Tenant> find(TenantId tenant);

  List<Tenant> all();

  Optional<Tenant> change(TenantId tenant, Tenant.State state);

  Optional<Tenant> delete(TenantId tenant);

  <T> T alone(Supplier<T> work);

  /** What became of a tenant that was added. */
  enum Added {
    ADDED,
    TAKEN,
    FULL
  }
}
