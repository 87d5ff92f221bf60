package dev.leat.tenants;

import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.util.List;

/**
 * Where tenants are kept. Laws:
 *
 * <ol>
 *   <li>{@code add} keeps a tenant and answers true; if one of that name exists it changes nothing
 *       and answers false, for all but one of those who add the same name at once.
 *   <li>{@code all} gives every tenant as it was added.
 *   <li>{@code delete} removes the tenant with its quotas and tokens, all or nothing, and answers
 *       whether there was one.
 *   <li>The tokens that {@code delete} removes count as revoked: a later tenant of that name never
 *       inherits them.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface TenantStore {
  boolean add(Tenant tenant);

  List<Tenant> all();

  void delete(TenantId tenant);
}
