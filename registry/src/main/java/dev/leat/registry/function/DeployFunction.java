package dev.leat.registry.function;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.Allowances;
import dev.leat.contract.Answer;
import dev.leat.contract.Cancellation;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.engine.Inspection;
import dev.leat.engine.ModuleInspector;
import dev.leat.engine.ModuleShape;
import dev.leat.registry.function.FunctionStore.Addition;
import dev.leat.registry.module.ModuleCatalog;
import dev.leat.registry.module.ModuleRef;
import dev.leat.registry.module.ModuleStore;
import dev.leat.registry.module.PublishedModule;
import dev.leat.registry.trust.PolicyStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Makes a function's next version from a manifest and sends all traffic to it, or none. Versions
 * are numbered 1, 2, 3, ...; a function that is deleted and deployed again continues where it was,
 * so that no number ever means two things. Safe for several threads; blocks.
 */
public final class DeployFunction {
  /**
   * Versions of one function that can still be called; the oldest that nothing asks for makes room
   * for a new one. There always is one: of 100, {@link Traffic#VERSIONS_MAX} have traffic, {@link
   * Traffic#FORMER_MAX} had it lately, one is gone back to, {@link Alias#COUNT_MAX} have aliases,
   * one is the newest.
   */
  public static final int VERSIONS_KEPT = 100;

  /** How often a deployment that others overtake begins anew. */
  private static final int ATTEMPTS = 10;

  private final FunctionStore functions;
  private final ModuleStore modules;
  private final PolicyStore policies;
  private final ModuleCatalog catalog;
  private final ModuleInspector inspector;
  private final VersionTrial trial;
  private final Allowances allowances;
  private final InstantSource clock;

  public DeployFunction(
      FunctionStore functions,
      ModuleStore modules,
      PolicyStore policies,
      ModuleCatalog catalog,
      ModuleInspector inspector,
      VersionTrial trial,
      Allowances allowances,
      InstantSource clock) {
    this.functions = functions;
    this.modules = modules;
    this.policies = policies;
    this.catalog = catalog;
    this.inspector = inspector;
    this.trial = trial;
    this.allowances = allowances;
    this.clock = clock;
  }

  /**
   * How a manifest is deployed.
   *
   * @param takesTraffic whether all traffic goes to the version from now on; else none does yet
   * @param note what the author says of it
   * @param ifMatch an {@code If-Match} field (RFC 9110, 13.1.1): deploy only if the newest version
   *     has one of these entity tags
   * @param acceptsMore whether it may ask more of the host than the newest version
   */
  public record Wish(
      boolean takesTraffic, String note, Optional<String> ifMatch, boolean acceptsMore) {
    public Wish(boolean takesTraffic, String note, Optional<String> ifMatch) {
      this(takesTraffic, note, ifMatch, false);
    }
  }

  /**
   * Deploys a manifest, if the version that it makes comes up. If it says the same as the newest
   * version, that one is given, and gets the traffic if it has not.
   *
   * @param name the function, which the manifest must name too
   * @param manifest YAML or JSON
   * @param cancellation for when nobody waits for the answer any more; it may be deployed all the
   *     same
   */
  public Answer<DeployedVersion> deploy(
      TenantId tenant,
      String actor,
      FunctionName name,
      byte[] manifest,
      Wish wish,
      Cancellation cancellation) {
    FunctionRef function = new FunctionRef(tenant, name);
    return noted(wish)
        .then(as -> ManifestReader.read(manifest, allowances.of(tenant).defaults()))
        .then(read -> naming(name, read))
        .then(read -> allowed(tenant, read))
        .then(read ->
            fitting(tenant, read)
                .then(module ->
                    new Deployment(actor, function, read, module, wish, cancellation).run()));
  }

  private static Answer<Wish> noted(Wish wish) {
    int length = wish.note().length();
    return length <= DeployedVersion.NOTE_CHARS_MAX
        ? Answer.done(wish)
        : Answer.refused(
            ProblemCode.INVALID_REQUEST,
            "The note must have up to %d characters, had %d."
                .formatted(DeployedVersion.NOTE_CHARS_MAX, length));
  }

  private static Answer<Manifest> naming(FunctionName name, Manifest manifest) {
    return manifest.name().equals(name)
        ? Answer.done(manifest)
        : badManifest(
            "metadata.name",
            "must be '%s', the function that is deployed, was '%s'"
                .formatted(name, manifest.name()));
  }

  private Answer<Manifest> allowed(TenantId tenant, Manifest manifest) {
    List<Finding> findings = AllowedManifest.findings(tenant, manifest, allowances.of(tenant));
    return findings.isEmpty() ? Answer.done(manifest) : badManifest(findings);
  }

  /** The module that the manifest names, if it is published and fits the manifest. */
  private Answer<ModuleDigest> fitting(TenantId tenant, Manifest manifest) {
    return published(tenant, manifest.module())
        .then(digest -> trusted(tenant, digest))
        .then(digest ->
            catalog
                .content(tenant, digest)
                .then(bytes -> fitting(tenant, digest, bytes, manifest)));
  }

  /** Asked before anything is made ready; what counts is what is true when the version is added. */
  private Answer<ModuleDigest> trusted(TenantId tenant, ModuleDigest digest) {
    return policies
        .find(tenant)
        .objection(policies.signatures(tenant, digest))
        .<Answer<ModuleDigest>>map(why -> untrusted(digest, why))
        .orElseGet(() -> Answer.done(digest));
  }

  private static <T> Answer<T> untrusted(ModuleDigest digest, String why) {
    return Answer.refused(
        ProblemCode.MODULE_UNTRUSTED, "The module %s is not trusted. %s".formatted(digest, why));
  }

  private Answer<ModuleDigest> fitting(
      TenantId tenant, ModuleDigest digest, byte[] module, Manifest manifest) {
    return switch (inspector.inspect(tenant, module)) {
      case Inspection.Busy(String reason) ->
          Answer.refused(
              ProblemCode.OVERLOADED,
              "The module %s was not looked at: %s. Deploy it again later."
                  .formatted(digest, reason));
      case Inspection.Refused(List<Finding> findings) -> invalid(digest, findings);
      case Inspection.Accepted(ModuleShape shape) -> {
        List<Finding> findings = manifest.misfits(shape);
        yield findings.isEmpty() ? Answer.done(digest) : invalid(digest, findings);
      }
    };
  }

  private static Answer<ModuleDigest> invalid(ModuleDigest digest, List<Finding> findings) {
    return Answer.refused(Problem.of(ProblemCode.INVALID_MODULE, "The module " + digest, findings));
  }

  private Answer<ModuleDigest> published(TenantId tenant, ModuleRef reference) {
    Optional<PublishedModule> found =
        switch (reference) {
          case ModuleRef.ByDigest(ModuleDigest digest) -> modules.find(tenant, digest);
          case ModuleRef.ByName(TenantId owner, String name, String version) ->
              modules.find(tenant, owner, name, version);
          case ModuleRef.Latest(String name) -> modules.newest(tenant, name);
          case ModuleRef.ByFile(String path) -> Optional.empty();
        };
    return found
        .map(module -> Answer.done(module.digest()))
        .orElseGet(() -> badManifest("spec.module", missing(tenant, reference)));
  }

  private static String missing(TenantId tenant, ModuleRef reference) {
    return reference instanceof ModuleRef.ByFile
        ? "'%s' is a file, which only its owner can read. Publish it first and name its digest; 'leat deploy' does both."
            .formatted(reference)
        : "Tenant '%s' has no module %s. Publish it first, 'leat deploy' does both; or install another tenant's with 'leat install'."
            .formatted(tenant, reference);
  }

  /** One deployment on its way. */
  private final class Deployment {
    private final String actor;
    private final FunctionRef function;
    private final Manifest manifest;
    private final ModuleDigest module;
    private final Wish wish;
    private final Cancellation cancellation;

    /** Whether it is known that it comes up: what number it gets makes no difference. */
    private boolean hasComeUp;

    /** What it asks of the host that the newest version does not. */
    private List<Finding> more = List.of();

    Deployment(
        String actor,
        FunctionRef function,
        Manifest manifest,
        ModuleDigest module,
        Wish wish,
        Cancellation cancellation) {
      this.actor = actor;
      this.function = function;
      this.manifest = manifest;
      this.module = module;
      this.wish = wish;
      this.cancellation = cancellation;
    }

    Answer<DeployedVersion> run() {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        Optional<Answer<DeployedVersion>> ended = attempt();
        if (ended.isPresent()) {
          return ended.get();
        }
      }
      return Answer.refused(
          ProblemCode.CONFLICT,
          "Others deploy '%s' at the same time. Try again.".formatted(function.name()));
    }

    private Answer<DeployedVersion> tooMany(int count, int max) {
      return Answer.refused(
          ProblemCode.CONFLICT,
          "Tenant '%s' has %d functions and may have %d. Delete one, or have its quota 'functions' raised."
              .formatted(function.tenant(), count, max));
    }

    /** One try; empty if another change came first. */
    private Optional<Answer<DeployedVersion>> attempt() {
      TenantId tenant = function.tenant();
      Traffic traffic = functions.traffic(tenant, function.name());
      int last = functions.last(tenant, function.name());
      Optional<DeployedVersion> newest = functions.newest(tenant, function.name());
      if (wish.ifMatch().isPresent()
          && !Precondition.holds(wish.ifMatch().get(), newest.map(DeployedVersion::etag))) {
        return Optional.of(
            Answer.refused(
                ProblemCode.PRECONDITION_FAILED,
                "If-Match was %s, the newest version is %s. Look at it before deploying over it."
                    .formatted(
                        wish.ifMatch().get(), newest.map(DeployedVersion::etag).orElse("none"))));
      }
      DeployedVersion next =
          new DeployedVersion(
              manifest.version(function, last + 1, module),
              clock.instant(),
              actor,
              wish.note(),
              manifest.toJson(),
              manifest.route(),
              manifest.async());
      if (newest.isPresent() && newest.get().saysTheSameAs(next)) {
        return again(newest.get(), traffic);
      }
      if (wish.takesTraffic() && traffic.isReleasing()) {
        return Optional.of(releasing(traffic));
      }
      more =
          newest
              .map(before -> MorePowers.between(before.version(), next.version()))
              .orElse(List.of());
      if (!more.isEmpty() && !wish.acceptsMore()) {
        return newest.map(this::asksForMore);
      }
      int functionsMax = allowances.of(tenant).functions();
      int count = functions.count(tenant);
      if (newest.isEmpty() && count >= functionsMax) {
        return Optional.of(tooMany(count, functionsMax));
      }
      return hasComeUp ? add(next, traffic, () -> {}) : tryAndAdd(next, traffic);
    }

    /** The newest version is this one already. */
    private Optional<Answer<DeployedVersion>> again(DeployedVersion newest, Traffic traffic) {
      if (!wish.takesTraffic() || traffic.isAllTo(newest.version().number())) {
        return Optional.of(Answer.done(newest));
      }
      if (traffic.isReleasing()) {
        return Optional.of(releasing(traffic));
      }
      return switch (functions.move(
          function.tenant(),
          function.name(),
          after(newest, traffic),
          entry(actor, newest, clock.instant(), List.of()))) {
        case FunctionStore.Move.Moved() -> Optional.of(Answer.done(newest));
        case FunctionStore.Move.NotNext() -> Optional.empty();
        case FunctionStore.Move.NoSuchVersion(int number) -> Optional.empty();
        case FunctionStore.Move.RouteTaken(FunctionName by) -> Optional.of(routeTaken(by));
        case FunctionStore.Move.TooManyCanaries(int others) -> Optional.empty(); // it has none
      };
    }

    private Traffic after(DeployedVersion version, Traffic traffic) {
      return wish.takesTraffic()
          ? traffic.moved(Map.of(version.version().number(), Slots.COUNT), actor, clock.instant())
          : traffic;
    }

    private Answer<DeployedVersion> asksForMore(DeployedVersion newest) {
      return Answer.refused(
          new Problem(
              ProblemCode.ACCEPTANCE_REQUIRED,
              "The function '%s' asks for more of the host than %s. Look at it, and deploy with --accept (accept=true) if that is meant."
                  .formatted(function.name(), newest.version().label()),
              more));
    }

    private Answer<DeployedVersion> releasing(Traffic traffic) {
      return Answer.refused(
          ProblemCode.CONFLICT,
          "A rollout of v%d is under way. Promote or abort it first, or deploy without traffic."
              .formatted(traffic.rollout().map(Rollout::version).orElse(0)));
    }

    private Answer<DeployedVersion> routeTaken(FunctionName by) {
      return Answer.refused(
          ProblemCode.CONFLICT,
          "The route %s collides with the function '%s'. Choose another spec.route.path."
              .formatted(manifest.route().path(), by));
    }

    private Optional<Answer<DeployedVersion>> tryAndAdd(DeployedVersion next, Traffic traffic) {
      return switch (trial.attempt(next.version(), cancellation)) {
        case VersionTrial.Result.Refused(Finding finding) ->
            Optional.of(badManifest(finding.at(), finding.message()));
        case VersionTrial.Result.Busy(String reason) ->
            Optional.of(
                Answer.refused(
                    ProblemCode.OVERLOADED,
                    "The function '%s' was not brought up: %s. Deploy it again later."
                        .formatted(function.name(), reason)));
        case VersionTrial.Result.CameUp(VersionTrial.Instance instance) -> {
          try (instance) {
            hasComeUp = true;
            yield add(next, traffic, instance::keep);
          }
        }
      };
    }

    /**
     * @param kept run once the version is kept; the feed of changes may have told of it by then
     */
    private Optional<Answer<DeployedVersion>> add(
        DeployedVersion next, Traffic traffic, Runnable kept) {
      TenantId tenant = function.tenant();
      return switch (functions.add(
          tenant,
          next,
          after(next, traffic),
          VERSIONS_KEPT,
          allowances.of(tenant).functions(),
          entry(actor, next, next.createdAt(), more))) {
        case Addition.Kept() -> {
          kept.run();
          yield Optional.of(Answer.done(next));
        }
        case Addition.NotNext() -> Optional.empty();
        case Addition.TooMany(int count) ->
            Optional.of(tooMany(count, allowances.of(tenant).functions()));
        case Addition.NoSuchModule() ->
            Optional.of(
                Answer.refused(
                    ProblemCode.CONFLICT, "The module %s was just deleted.".formatted(module)));
        case Addition.Untrusted(String why) -> Optional.of(untrusted(module, why));
        case Addition.Closed() ->
            Optional.of(
                Answer.refused(
                    ProblemCode.CONFLICT,
                    "Tenant '%s' is being deleted. If that was cut short, deploy again in two minutes."
                        .formatted(tenant)));
        case Addition.RouteTaken(FunctionName by) -> Optional.of(routeTaken(by));
      };
    }
  }

  /**
   * @param more what whoever deploys it accepted
   */
  private static AuditEntry entry(
      String actor, DeployedVersion deployed, Instant at, List<Finding> more) {
    String module = deployed.version().module().toString();
    return AuditEntry.done(
        at,
        deployed.version().function().tenant(),
        actor,
        "function.deploy",
        deployed.version().toString(),
        more.isEmpty()
            ? module
            : module
                + "; accepted: "
                + more.stream().map(Finding::message).collect(Collectors.joining("; ")));
  }

  private static <T> Answer<T> badManifest(String at, String message) {
    return badManifest(List.of(new Finding(at, message)));
  }

  private static <T> Answer<T> badManifest(List<Finding> findings) {
    return Answer.refused(Problem.of(ProblemCode.INVALID_MANIFEST, "The manifest", findings));
  }
}
