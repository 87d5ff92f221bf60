package dev.leat.registry.function;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.FunctionName;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.util.List;
import java.util.Optional;

/**
 * Where functions and their versions are kept. The version added last is the active one. Laws:
 *
 * <ol>
 *   <li>{@code add} keeps a version if its number follows {@code last}, and is refused otherwise;
 *       of several that add the same number at once, one succeeds.
 *   <li>{@code add} is refused while the tenant has no module of the version's digest.
 *   <li>{@code add} is refused while another function of the tenant has the route's path, or has
 *       the name that is the path, or has the path that is the name.
 *   <li>{@code add} keeps the last {@code versionsKept} versions of the function and removes older
 *       ones.
 *   <li>{@code versions} gives the function's versions, the newest first; {@code active} the
 *       newest; {@code find} the one of this number; {@code count} how many functions the tenant
 *       has.
 *   <li>{@code list} gives the active versions of the tenant's functions by name, from after the
 *       given one on; {@code all} the functions of all tenants with all versions.
 *   <li>{@code delete} removes the function with all versions, and gives whether there was one. Its
 *       numbers are not used again: {@code last} stays as it was.
 *   <li>The audit entry is kept if and only if something was changed, together with the change; so
 *       is the change announced, and that of {@code forget}.
 *   <li>{@code forget} removes all functions of the tenant, their numbers too, and nothing else.
 *   <li>A version that cannot be read any more is given nowhere, and hinders nobody; while it is a
 *       function's newest, none of that function's is listed.
 *   <li>{@code add} is refused for a new function of a tenant that has {@code functionsMax}; of
 *       several that are added at once, as many are kept as fit.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface FunctionStore {
  Addition add(
      TenantId tenant,
      DeployedVersion version,
      int versionsKept,
      int functionsMax,
      AuditEntry entry);

  /** The number of the version that was added last, 0 if there never was one. */
  int last(TenantId tenant, FunctionName name);

  Optional<DeployedVersion> active(TenantId tenant, FunctionName name);

  Optional<DeployedVersion> find(TenantId tenant, FunctionName name, int number);

  List<DeployedVersion> versions(TenantId tenant, FunctionName name);

  int count(TenantId tenant);

  List<DeployedVersion> list(TenantId tenant, int limit, Optional<FunctionName> after);

  List<List<DeployedVersion>> all();

  boolean delete(TenantId tenant, FunctionName name, AuditEntry entry);

  void forget(TenantId tenant);

  /** What became of a version that was added. */
  sealed interface Addition {
    record Kept() implements Addition {}

    /** Another version was added meanwhile. */
    record NotNext() implements Addition {}

    record NoSuchModule() implements Addition {}

    /** The tenant is being deleted. */
    record Closed() implements Addition {}

    /**
     * It is the first version of a function too many.
     *
     * @param functions how many the tenant has
     */
    record TooMany(int functions) implements Addition {}

    /** The route is taken by this function. */
    record RouteTaken(FunctionName by) implements Addition {}
  }
}
