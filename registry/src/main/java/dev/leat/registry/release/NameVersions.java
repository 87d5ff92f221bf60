package dev.leat.registry.release;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.registry.function.Alias;
import dev.leat.registry.function.DeployedFunction;
import dev.leat.registry.function.FunctionCatalog;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.FunctionStore.Naming;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Gives names to versions of a function, to call them by. Safe for several threads; blocks. */
public final class NameVersions {
  private final FunctionStore store;
  private final FunctionCatalog functions;
  private final InstantSource clock;

  public NameVersions(FunctionStore store, FunctionCatalog functions, InstantSource clock) {
    this.store = store;
    this.functions = functions;
    this.clock = clock;
  }

  /** The function's aliases, by name. */
  public Answer<List<Alias>> list(TenantId tenant, FunctionName name) {
    return functions.whole(tenant, name).map(DeployedFunction::aliases);
  }

  public Answer<Alias> show(TenantId tenant, FunctionName name, String alias) {
    return list(tenant, name)
        .then(aliases ->
            aliases.stream()
                .filter(found -> found.name().equals(alias))
                .findFirst()
                .map(Answer::done)
                .orElseGet(() -> unknown(name, alias)));
  }

  /**
   * Has the alias mean this version from now on.
   *
   * @param ifMatch an {@code If-Match} field: only if it is as this says
   */
  public Answer<Alias> set(
      TenantId tenant,
      String actor,
      FunctionName name,
      String alias,
      int version,
      Optional<String> ifMatch) {
    if (!Alias.isValid(alias)) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "An alias is [a-z][a-z0-9-]{0,62}, neither 'latest' nor a 'v' before a digit, was '%s'."
              .formatted(Excerpt.of(alias)));
    }
    Alias wanted = new Alias(alias, version, clock.instant(), actor);
    return functions
        .whole(tenant, name)
        .then(function ->
            switch (store.name(
                tenant,
                name,
                wanted,
                ifMatch,
                Alias.COUNT_MAX,
                entry(tenant, actor, "alias.set", name, alias, wanted.label()))) {
              case Naming.Named() -> Answer.done(wanted);
              case Naming.Unchanged(Alias present) -> Answer.done(present);
              case Naming.NoSuchVersion() ->
                  functions
                      .version(tenant, name, wanted.label())
                      .then(since -> Answer.refused(ProblemCode.CONFLICT, "Try again."));
              case Naming.Differs(Optional<Alias> present) ->
                  Answer.refused(
                      ProblemCode.PRECONDITION_FAILED,
                      "The alias '%s' of function '%s' was to be %s and %s. Look at it again."
                          .formatted(
                              alias,
                              name,
                              Excerpt.of(ifMatch.orElse("")),
                              present.map(it -> "is " + it.etag()).orElse("is not there")));
              case Naming.TooMany() ->
                  Answer.refused(
                      ProblemCode.CONFLICT,
                      "Function '%s' has %d aliases, the most that it may have. Delete one."
                          .formatted(name, Alias.COUNT_MAX));
            });
  }

  public Answer<FunctionRef> delete(
      TenantId tenant, String actor, FunctionName name, String alias) {
    AuditEntry entry = entry(tenant, actor, "alias.delete", name, alias, "");
    return functions
        .whole(tenant, name)
        .then(function ->
            store.unname(tenant, name, alias, entry)
                ? Answer.done(function.ref())
                : unknown(name, alias));
  }

  private AuditEntry entry(
      TenantId tenant,
      String actor,
      String action,
      FunctionName name,
      String alias,
      String detail) {
    return AuditEntry.done(
        clock.instant(),
        tenant,
        actor,
        action,
        new FunctionRef(tenant, name) + ":" + alias,
        detail);
  }

  private static <T> Answer<T> unknown(FunctionName name, String alias) {
    return Answer.refused(
        ProblemCode.NOT_FOUND,
        "Function '%s' has no alias '%s'.".formatted(name, Excerpt.of(alias)));
  }
}
