package dev.leat.registry.function;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where functions, their versions, and what the traffic goes to are kept. Laws:
 *
 * <ol>
 *   <li>{@code add} keeps a version if its number follows {@code last}, and is refused otherwise;
 *       of several that add the same number at once, one succeeds.
 *   <li>{@code add} is refused while the tenant has no module of the version's digest.
 *   <li>{@code add} is refused while another function of the tenant has the route's path, or has
 *       the name that is the path, or has the path that is the name. The route is that of the
 *       version that leads the traffic; the same holds for {@code move}.
 *   <li>{@code add} removes the oldest versions of the function until {@code versionsKept} are
 *       left; never one that the traffic or an alias pins ({@link Traffic#pinned}).
 *   <li>{@code versions} gives the function's versions, the newest first; {@code newest} the first
 *       of them; {@code find} the one of this number; {@code count} how many functions the tenant
 *       has.
 *   <li>{@code list} gives the newest versions of the tenant's functions by name, from after the
 *       given one on; {@code find} a function with all versions, {@code all} those of all tenants.
 *   <li>{@code delete} removes the function with all versions and aliases, and gives whether there
 *       was one. Its numbers are not used again: {@code last} stays as it was, and the next
 *       revision of the traffic follows the last.
 *   <li>The audit entry is kept if and only if something was changed, together with the change; so
 *       is the change announced, and that of {@code forget}.
 *   <li>{@code forget} removes all functions of the tenant, their numbers too, and nothing else.
 *   <li>A version that cannot be read any more is given nowhere, and hinders nobody; while it is a
 *       function's newest, or has traffic, none of that function's is listed.
 *   <li>{@code add} is refused for a new function of a tenant that has {@code functionsMax}; of
 *       several that are added at once, as many are kept as fit.
 *   <li>{@code add} and {@code move} keep the traffic if its revision follows the one that is kept,
 *       and otherwise refuse; {@code add} also takes the very one that is kept. {@code move}
 *       refuses traffic to versions that there are not.
 *   <li>{@code name} gives an alias to a version of the function, and takes it from another; it
 *       refuses one too many, and one that is not as was asked for; of several that ask for the
 *       same at once, one is given it. {@code unname} gives whether there was one.
 *   <li>{@code due} gives functions whose traffic has a rollout that is due, of all tenants: the
 *       longest due of each, then the next one of each.
 *   <li>{@code add} is refused while the tenant's policy objects to the module.
 *   <li>{@code canaries} gives the functions of which a canary is under way, of all tenants, from
 *       after the given one on. {@code move} refuses to have more than {@link #CANARIES_MAX} of one
 *       tenant under way.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface FunctionStore {
  /** Of one tenant at once: what is counted of each takes some KiB in each node's memory. */
  int CANARIES_MAX = 20;

  /**
   * @param traffic what is to be when the version is there
   */
  Addition add(
      TenantId tenant,
      DeployedVersion version,
      Traffic traffic,
      int versionsKept,
      int functionsMax,
      AuditEntry entry);

  /** The number of the version that was added last, 0 if there never was one. */
  int last(TenantId tenant, FunctionName name);

  Optional<DeployedVersion> newest(TenantId tenant, FunctionName name);

  Optional<DeployedVersion> find(TenantId tenant, FunctionName name, int number);

  List<DeployedVersion> versions(TenantId tenant, FunctionName name);

  Optional<DeployedFunction> find(TenantId tenant, FunctionName name);

  /** {@link Traffic#NONE} if there never was such a function. */
  Traffic traffic(TenantId tenant, FunctionName name);

  Move move(TenantId tenant, FunctionName name, Traffic traffic, AuditEntry entry);

  /** The functions, so many at most, of whose rollouts a step is due, tenants taking turns. */
  List<FunctionRef> due(Instant now, int limit);

  List<FunctionRef> canaries(int limit, Optional<FunctionRef> after);

  /**
   * @param ifMatch an {@code If-Match} field: only if the alias is as this says
   */
  Naming name(
      TenantId tenant,
      FunctionName name,
      Alias alias,
      Optional<String> ifMatch,
      int aliasesMax,
      AuditEntry entry);

  boolean unname(TenantId tenant, FunctionName name, String alias, AuditEntry entry);

  int count(TenantId tenant);

  List<DeployedVersion> list(TenantId tenant, int limit, Optional<FunctionName> after);

  List<DeployedFunction> all();

  boolean delete(TenantId tenant, FunctionName name, AuditEntry entry);

  void forget(TenantId tenant);

  /** What became of a version that was added. */
  sealed interface Addition {
    record Kept() implements Addition {}

    /** Another version was added meanwhile, or the traffic changed. */
    record NotNext() implements Addition {}

    record NoSuchModule() implements Addition {}

    /** The tenant's policy objects to the module: why, in sentences. */
    record Untrusted(String why) implements Addition {}

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

  /** What became of traffic that was to be moved. */
  sealed interface Move {
    record Moved() implements Move {}

    /** It changed meanwhile, or the function is gone. */
    record NotNext() implements Move {}

    /** The function has no version of this number. */
    record NoSuchVersion(int number) implements Move {}

    /** The route of the version that would lead is taken by this function. */
    record RouteTaken(FunctionName by) implements Move {}

    /** Canaries of so many other functions of the tenant are under way. */
    record TooManyCanaries(int others) implements Move {}
  }

  /** What became of an alias that was to be given. */
  sealed interface Naming {
    record Named() implements Naming {}

    /** The version had it already. */
    record Unchanged(Alias alias) implements Naming {}

    record NoSuchVersion() implements Naming {}

    /** The function has all the aliases that it may have. */
    record TooMany() implements Naming {}

    /** It was to be given only if it was another's, and is this one's, or nobody's. */
    record Differs(Optional<Alias> present) implements Naming {}
  }
}
