package dev.leat.tenants;

import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where each tenant's quotas are kept, by name. Laws:
 *
 * <ol>
 *   <li>{@code change} puts and removes quotas, all or nothing, leaves the others as they are, and
 *       answers true; if the tenant does not exist it changes nothing and answers false.
 *   <li>{@code find} gives all quotas of a tenant, and nothing if it does not exist.
 *   <li>{@code all} gives the quotas of every tenant that has any.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface QuotaStore {
  boolean change(TenantId tenant, Map<String, Long> put, Set<String> remove);

  Optional<Map<String, Long>> find(TenantId tenant);

  Map<TenantId, Map<String, Long>> all();
}
