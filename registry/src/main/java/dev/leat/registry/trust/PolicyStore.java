package dev.leat.registry.trust;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Where tenants' policies are kept, and which keys vouch for their modules. Laws:
 *
 * <ol>
 *   <li>{@code find} gives the policy that was set last, {@link TrustPolicy#DEFAULT} if none was.
 *   <li>{@code change} keeps the policy that is made of the one before; of several changes at once
 *       none is lost. The audit entry is kept, and the change announced, if and only if the policy
 *       is another than before.
 *   <li>{@code signatures} gives those of a module that the tenant has: each with its key's
 *       revocation from the moment on that it is committed, whoever's key it is.
 *   <li>{@code drained} gives the modules that the tenant's policy drains, or those of all tenants
 *       that have any.
 *   <li>{@code forget} removes the tenant's policy. Its signatures of what others have are
 *       orphaned, as trusted as they are with each; then its name is removed from others' policies.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface PolicyStore {
  TrustPolicy find(TenantId tenant);

  /** Gives the policy as it is then. */
  TrustPolicy change(
      TenantId tenant, UnaryOperator<TrustPolicy> next, Function<TrustPolicy, AuditEntry> entry);

  List<ModuleSignature> signatures(TenantId tenant, ModuleDigest digest);

  Set<ModuleDigest> drained(TenantId tenant);

  Map<TenantId, Set<ModuleDigest>> drained();

  void forget(TenantId tenant);
}
