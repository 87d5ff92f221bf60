package dev.leat.registry.permission;

import dev.leat.contract.Allowance;
import dev.leat.contract.Allowances;
import dev.leat.contract.Answer;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.FunctionPermissions;
import dev.leat.contract.permission.Permission;
import dev.leat.contract.permission.PermissionType;
import dev.leat.contract.permission.Permits;
import dev.leat.registry.function.DeployedFunction;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.FunctionCatalog;
import dev.leat.registry.function.Precondition;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Says what functions may ask of the host. Safe for several threads; blocks. */
public final class PermitFunction {
  private final PermissionStore store;
  private final FunctionCatalog functions;
  private final Allowances allowances;
  private final InstantSource clock;

  public PermitFunction(
      PermissionStore store,
      FunctionCatalog functions,
      Allowances allowances,
      InstantSource clock) {
    this.store = store;
    this.functions = functions;
    this.allowances = allowances;
    this.clock = clock;
  }

  /** A permission as somebody wrote it. */
  public record Asked(String type, String resource) {}

  /**
   * What holds for a function.
   *
   * @param set its permissions; empty for whatever the manifest grants
   * @param manifest what the manifest grants of the version that most of the traffic goes to; none
   *     of a function that is deleted
   * @param powers the words of the powers that its tenant may grant
   */
  public record Standing(
      FunctionRef function,
      Optional<PermissionSet> set,
      List<Permission> manifest,
      Set<String> powers) {
    /** What is set as an entity tag (RFC 9110, 8.8.3). */
    public String etag() {
      return PermitFunction.etag(set);
    }

    /** What the manifest grants something of, and the others nothing. */
    public List<PermissionType> denied() {
      Set<PermissionType> granted = new LinkedHashSet<>();
      manifest.forEach(permission -> granted.add(permission.type()));
      set.ifPresent(kept ->
          granted.removeIf(type ->
              kept.permissions().all().stream().anyMatch(permission -> permission.type() == type)
                  && powers.contains(type.power())));
      if (set.isEmpty()) {
        granted.removeIf(type -> powers.contains(type.power()));
      }
      return List.copyOf(granted);
    }
  }

  /** What is decided upon one request of the host. */
  public record Decided(
      FunctionVersion version, PermissionType type, String resource, Permits.Decision decision) {}

  /** What holds for the function. */
  public Answer<Standing> show(TenantId tenant, FunctionName name) {
    Optional<PermissionSet> set = store.find(tenant, name);
    Answer<DeployedFunction> found = functions.whole(tenant, name);
    return found instanceof Answer.Refused && set.isPresent()
        ? Answer.done(standing(new FunctionRef(tenant, name), set, List.of()))
        : found.map(function -> standing(function, set));
  }

  private Standing standing(DeployedFunction function, Optional<PermissionSet> set) {
    return standing(function.ref(), set, Permission.of(function.leading().version().grants()));
  }

  private Standing standing(
      FunctionRef function, Optional<PermissionSet> set, List<Permission> manifest) {
    return new Standing(function, set, manifest, allowances.of(function.tenant()).grants());
  }

  /**
   * Has the function be allowed these and nothing else, from now on, whichever its version.
   *
   * @param ifMatch an {@code If-Match} field (RFC 9110, 13.1.1)
   */
  public Answer<Standing> set(
      TenantId tenant,
      String actor,
      FunctionName name,
      List<Asked> asked,
      Optional<String> ifMatch) {
    return read(tenant, asked)
        .map(read -> new PermissionSet(read, clock.instant(), actor))
        .then(wanted -> change(tenant, name, Optional.of(wanted), ifMatch));
  }

  /** Has the function be allowed whatever its manifest grants. */
  public Answer<Standing> clear(TenantId tenant, FunctionName name, Optional<String> ifMatch) {
    return change(tenant, name, Optional.empty(), ifMatch);
  }

  private Answer<Standing> change(
      TenantId tenant,
      FunctionName name,
      Optional<PermissionSet> wanted,
      Optional<String> ifMatch) {
    if (wanted.isPresent()
        && store.find(tenant, name).isEmpty()
        && store.count(tenant) >= Allowance.FUNCTIONS_MAX) {
      return Answer.refused(
          ProblemCode.CONFLICT,
          "Tenant '%s' has permissions for %d functions, the most that may have any. Clear those of another."
              .formatted(tenant, Allowance.FUNCTIONS_MAX));
    }
    return store
        .change(tenant, name, before -> decided(before, wanted, ifMatch))
        .map(answer ->
            answer.then(set ->
                set.isEmpty() && functions.whole(tenant, name) instanceof Answer.Refused
                    ? Answer.done(standing(new FunctionRef(tenant, name), set, List.of()))
                    : show(tenant, name)))
        .orElseGet(() -> show(tenant, name));
  }

  /** What a version is granted by its manifest and denied by its function's permissions. */
  public List<Finding> notes(FunctionVersion version) {
    FunctionRef function = version.function();
    Optional<PermissionSet> set = store.find(function.tenant(), function.name());
    return set.isEmpty()
        ? List.of()
        : standing(function, set, Permission.of(version.grants())).denied().stream()
            .map(type ->
                new Finding(
                    "spec.capabilities." + type.power(),
                    "is denied: the function's permissions allow no %s (leat permissions show %s)"
                        .formatted(type.word(), function.name())))
            .toList();
  }

  private static String etag(Optional<PermissionSet> set) {
    return set.map(PermissionSet::etag).orElse("\"none\"");
  }

  private static Answer<Optional<PermissionSet>> decided(
      Optional<PermissionSet> before, Optional<PermissionSet> wanted, Optional<String> ifMatch) {
    String tag = etag(before);
    if (ifMatch.isPresent() && !Precondition.holds(ifMatch.get(), Optional.of(tag))) {
      return Answer.refused(
          ProblemCode.PRECONDITION_FAILED,
          "If-Match was %s, the permissions are %s. Look at them before changing them."
              .formatted(ifMatch.get(), tag));
    }
    boolean isTheSame =
        wanted.map(PermissionSet::permissions).equals(before.map(PermissionSet::permissions));
    return Answer.done(isTheSame ? before : wanted);
  }

  /** The permissions, or everything that is wrong with them. */
  private Answer<FunctionPermissions> read(TenantId tenant, List<Asked> asked) {
    if (asked.size() > FunctionPermissions.COUNT_MAX) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "A function has at most %d permissions, these are %d. Say more with one: * stands for anything within a segment, ** for all below."
              .formatted(FunctionPermissions.COUNT_MAX, asked.size()));
    }
    Set<String> powers = allowances.of(tenant).grants();
    List<Finding> findings = new ArrayList<>();
    Set<Permission> read = new LinkedHashSet<>();
    for (int i = 0; i < asked.size(); i++) {
      String at = "permissions[" + i + "]";
      switch (Permission.read(asked.get(i).type(), asked.get(i).resource())) {
        case Answer.Refused<Permission>(Problem problem) ->
            findings.add(new Finding(at, problem.detail()));
        case Answer.Done<Permission>(Permission permission)
            when !powers.contains(permission.type().power()) ->
            findings.add(
                new Finding(
                    at,
                    "Tenant '%s' may not grant %s. Leave it out, or ask an operator for it."
                        .formatted(tenant, permission.type().power())));
        case Answer.Done<Permission>(Permission permission) -> {
          if (!read.add(permission)) {
            findings.add(new Finding(at, "'" + permission + "' is there twice, say it once"));
          }
        }
      }
    }
    int bytes = FunctionPermissions.bytes(read);
    if (findings.isEmpty() && bytes > FunctionPermissions.BYTES_MAX) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "The patterns take %d bytes of memory, at most %d are allowed. Have shorter ones, of fewer different characters."
              .formatted(bytes, FunctionPermissions.BYTES_MAX));
    }
    return findings.isEmpty()
        ? Answer.done(new FunctionPermissions(List.copyOf(read)))
        : Answer.refused(
            Problem.of(ProblemCode.INVALID_REQUEST, "The list of permissions", findings));
  }

  /**
   * What becomes of a request of a version, as it stands now.
   *
   * @param label {@code v1}, {@code v2}, ...; empty for the version that most of the traffic goes
   *     to
   */
  public Answer<Decided> check(
      TenantId tenant, FunctionName name, Asked asked, Optional<String> label) {
    Answer<DeployedVersion> version =
        label.isPresent()
            ? functions.version(tenant, name, label.get())
            : functions.whole(tenant, name).map(DeployedFunction::leading);
    return PermissionType.read(asked.type())
        .then(type -> version.map(found -> decided(found.version(), type, asked.resource())));
  }

  private Decided decided(FunctionVersion version, PermissionType type, String resource) {
    FunctionRef function = version.function();
    Permits permits =
        Permits.of(
            version.grants(),
            store.find(function.tenant(), function.name()).map(PermissionSet::permissions),
            allowances.of(function.tenant()).grants());
    return new Decided(version, type, resource, permits.decide(type, resource));
  }
}
