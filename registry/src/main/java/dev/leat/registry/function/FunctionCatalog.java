package dev.leat.registry.function;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.Answer;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Page;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The functions that are deployed. Safe for several threads; blocks. */
public final class FunctionCatalog {
  /** A version's label; none has come to ten digits. */
  private static final Pattern LABEL = Pattern.compile("v[1-9][0-9]{0,8}");

  private final FunctionStore store;
  private final InstantSource clock;

  public FunctionCatalog(FunctionStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * The tenant's functions in their newest version, by name.
   *
   * @param limit how many at most; brought into 1 to {@link Page#ITEMS_MAX}
   * @param cursor {@code next} of the page before; empty for the first page
   */
  public Answer<Page<DeployedVersion>> list(TenantId tenant, int limit, Optional<String> cursor) {
    if (cursor.isPresent() && !FunctionName.isValid(cursor.get())) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "The cursor is not one that was given. Start without a cursor.");
    }
    int most = Page.limit(limit);
    List<DeployedVersion> found = store.list(tenant, most + 1, cursor.map(FunctionName::new));
    return Answer.done(Page.of(found, most, last -> last.version().function().name().value()));
  }

  /** How many functions the tenant has. */
  public int count(TenantId tenant) {
    return store.count(tenant);
  }

  /** The function's newest version. */
  public Answer<DeployedVersion> show(TenantId tenant, FunctionName name) {
    return store.newest(tenant, name).map(Answer::done).orElseGet(() -> unknown(tenant, name));
  }

  /**
   * One version of the function, the newest or an older.
   *
   * @param label {@code v1}, {@code v2}, ...
   */
  public Answer<DeployedVersion> version(TenantId tenant, FunctionName name, String label) {
    Optional<DeployedVersion> found =
        LABEL.matcher(label).matches()
            ? store.find(tenant, name, Integer.parseInt(label, 1, label.length(), 10))
            : Optional.empty();
    return found.map(Answer::done).orElseGet(() -> noSuchVersion(tenant, name));
  }

  /** The function's versions, the newest first. */
  public Answer<List<DeployedVersion>> versions(TenantId tenant, FunctionName name) {
    List<DeployedVersion> versions = store.versions(tenant, name);
    return versions.isEmpty() ? unknown(tenant, name) : Answer.done(versions);
  }

  /** Deletes the function with all its versions. */
  public Answer<FunctionRef> delete(TenantId tenant, String actor, FunctionName name) {
    FunctionRef function = new FunctionRef(tenant, name);
    AuditEntry entry =
        AuditEntry.done(clock.instant(), tenant, actor, "function.delete", function.toString(), "");
    return store.delete(tenant, name, entry) ? Answer.done(function) : unknown(tenant, name);
  }

  /** The function with all versions, its traffic and its aliases. */
  public Answer<DeployedFunction> whole(TenantId tenant, FunctionName name) {
    return store.find(tenant, name).map(Answer::done).orElseGet(() -> unknown(tenant, name));
  }

  private Answer<DeployedVersion> noSuchVersion(TenantId tenant, FunctionName name) {
    return show(tenant, name)
        .then(newest ->
            Answer.refused(
                ProblemCode.FUNCTION_NOT_FOUND,
                "Function '%s' has no such version; the newest is %s, and the last %d are kept."
                    .formatted(name, newest.version().label(), DeployFunction.VERSIONS_KEPT)));
  }

  private static <T> Answer<T> unknown(TenantId tenant, FunctionName name) {
    return Answer.refused(
        ProblemCode.FUNCTION_NOT_FOUND, "Tenant '" + tenant + "' has no function '" + name + "'.");
  }
}
