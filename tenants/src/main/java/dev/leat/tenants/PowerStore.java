package dev.leat.tenants;

import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.util.Map;
import java.util.Optional;

/**
 * Where it is kept which powers each tenant may grant. Laws:
 *
 * <ol>
 *   <li>{@code set} keeps what a tenant may grant, and says whether the tenant exists; if not, it
 *       changes nothing.
 *   <li>{@code find} gives what was set last, all powers if nothing ever was, and nothing if the
 *       tenant does not exist.
 *   <li>{@code all} gives it for every tenant for which it is not {@link AllowedPowers#ALL}.
 *   <li>What is changed is announced together with the change.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface PowerStore {
  boolean set(TenantId tenant, AllowedPowers powers);

  Optional<AllowedPowers> find(TenantId tenant);

  Map<TenantId, AllowedPowers> all();
}
