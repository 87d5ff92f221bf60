package dev.leat.registry.module;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.Allowance;
import dev.leat.contract.Allowances;
import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.Finding;
import dev.leat.contract.GuestContract;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.contract.trace.Steps;
import dev.leat.engine.Inspection;
import dev.leat.engine.ModuleInspector;
import dev.leat.engine.ModuleShape;
import dev.leat.engine.ModuleShape.Imported;
import dev.leat.engine.WasiFunctions;
import dev.leat.registry.key.KeyStore;
import dev.leat.registry.key.PublisherKey;
import dev.leat.registry.key.Signatures;
import dev.leat.registry.key.Statement;
import dev.leat.registry.trust.PolicyStore;
import dev.leat.registry.trust.Signer;
import dev.leat.store.StoreFailure;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in a signed module: checks its size, its signature, its form, and keeps it. Safe for
 * several threads; blocks, up to seconds for a large module.
 */
public final class PublishModule {
  private static final Logger LOG = LoggerFactory.getLogger(PublishModule.class);

  /** Bad imports that are told at once. */
  private static final int IMPORTS_TOLD = 20;

  private static final Set<Imported> OFFERED =
      Stream.concat(
              WasiFunctions.all().entrySet().stream()
                  .map(wasi ->
                      new Imported(GuestContract.WASI_MODULE, wasi.getKey(), wasi.getValue())),
              Stream.of(GuestContract.values())
                  .flatMap(guest -> guest.imports().stream())
                  .map(offer -> new Imported(offer.module(), offer.name(), offer.signature())))
          .collect(Collectors.toUnmodifiableSet());

  private final ModuleStore modules;
  private final BlobStore blobs;
  private final CollectModule collector;
  private final KeyStore keys;
  private final PolicyStore policies;
  private final Signatures signatures;
  private final ModuleInspector inspector;
  private final Allowances allowances;
  private final InstantSource clock;
  private final int moduleBytesMax;

  public PublishModule(
      ModuleStore modules,
      BlobStore blobs,
      CollectModule collector,
      KeyStore keys,
      PolicyStore policies,
      ModuleInspector inspector,
      Allowances allowances,
      InstantSource clock,
      int moduleBytesMax) {
    this.modules = modules;
    this.blobs = blobs;
    this.collector = collector;
    this.keys = keys;
    this.policies = policies;
    this.signatures = new Signatures(clock);
    this.inspector = inspector;
    this.allowances = allowances;
    this.clock = clock;
    this.moduleBytesMax = moduleBytesMax;
  }

  /**
   * Publishes a module under the name and version that its publisher signed. The same module again
   * gives what is kept, and mends its stored bytes if they are lost or altered; other bytes under
   * that name and version are a conflict.
   *
   * @param module the bytes, which must not change meanwhile
   * @param signature a compact JWS over the {@link Statement}
   */
  public Answer<PublishedModule> publish(
      TenantId tenant, String actor, byte[] module, String signature) {
    return publish(actor, module, () -> verified(tenant, module, signature));
  }

  /** Likewise under a name and version that nobody signed, if the tenant's policy has that. */
  public Answer<PublishedModule> publishUnsigned(
      TenantId tenant, String actor, byte[] module, String name, String version) {
    return publish(actor, module, () -> unsigned(tenant, module, name, version));
  }

  private Answer<PublishedModule> publish(
      String actor, byte[] module, Supplier<Answer<Candidate>> vouched) {
    if (module.length > moduleBytesMax) {
      return Answer.refused(
          ProblemCode.BODY_TOO_LARGE,
          "The module has %d bytes, at most %d are allowed. Strip its symbols or split it."
              .formatted(module.length, moduleBytesMax));
    }
    return Steps.current()
        .time("verify", vouched)
        .then(candidate -> inspected(candidate, actor, module));
  }

  /**
   * A module as it would be kept.
   *
   * @param signer empty if nobody signed it
   */
  private record Candidate(PublishedModule module, Optional<Signer> signer) {
    @Override
    public String toString() {
      return "The module '" + module.name() + "'";
    }
  }

  private Answer<PublishedModule> inspected(Candidate candidate, String actor, byte[] module) {
    String what = candidate.toString();
    Inspection inspection =
        Steps.current().time("check", () -> inspector.inspect(candidate.module().tenant(), module));
    return switch (inspection) {
      case Inspection.Busy(String reason) ->
          Answer.refused(
              ProblemCode.OVERLOADED,
              "%s was not looked at: %s. Publish it again later.".formatted(what, reason));
      case Inspection.Refused(List<Finding> findings) -> invalid(what, findings);
      case Inspection.Accepted(ModuleShape shape) -> keepOrCollect(candidate, actor, module, shape);
    };
  }

  /** Keeps the module, or leaves nothing of what was compiled while it was looked at. */
  private Answer<PublishedModule> keepOrCollect(
      Candidate candidate, String actor, byte[] module, ModuleShape shape) {
    boolean isKept = false;
    try {
      List<Finding> findings = importsOfNobody(shape);
      Answer<PublishedModule> answer =
          findings.isEmpty()
              ? Steps.current().time("store", () -> keep(candidate, actor, module))
              : invalid(candidate.toString(), findings);
      isKept = answer instanceof Answer.Done;
      return answer;
    } finally {
      if (!isKept) {
        collect(candidate.module().digest());
      }
    }
  }

  /** Failing here must not take the place of the answer. */
  private void collect(ModuleDigest digest) {
    try {
      collector.collect(digest);
    } catch (StoreFailure e) {
      LOG.warn("What was compiled of a refused module stays module={}", digest, e);
    }
  }

  private Answer<Candidate> unsigned(TenantId tenant, byte[] module, String name, String version) {
    if (policies.find(tenant).requiresSignature()) {
      return bad(
          "The module has no signature, and the policy of tenant '%s' requires one. Sign it with 'leat sign'."
              .formatted(tenant));
    }
    if (!Statement.isName(name) || !Statement.isVersion(version)) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "The parts name and version must be 1-63 characters of a-z, 0-9 and '-', starting with a"
              + " letter, and 1-64 of 0-9, A-Z, a-z, '.', '+' and '-'.");
    }
    return Answer.done(
        new Candidate(
            new PublishedModule(
                tenant, name, version, ModuleDigest.of(module), module.length, "", clock.instant()),
            Optional.empty()));
  }

  /** The module as it would be kept, if the tenant trusts who signed it. */
  private Answer<Candidate> verified(TenantId tenant, byte[] module, String signature) {
    return signatures
        .keyId(signature)
        .then(kid -> registered(tenant, kid))
        .then(key ->
            signatures
                .verify(signature, key)
                .then(statement -> about(statement, tenant, key.kid(), module))
                .map(candidate ->
                    new Candidate(candidate, Optional.of(new Signer(key.tenant(), key.kid())))));
  }

  /** The key, of whom the tenant's policy has sign its modules; its own first. */
  private Answer<PublisherKey> registered(TenantId tenant, String kid) {
    List<TenantId> signers =
        policies.find(tenant).signers(tenant).stream()
            .sorted(
                Comparator.comparing((TenantId each) -> !each.equals(tenant))
                    .thenComparing(TenantId::value))
            .toList();
    return keys.find(signers, kid)
        .map(Answer::done)
        .orElseGet(() -> bad(notRegistered(tenant, signers, kid)));
  }

  private static String notRegistered(TenantId tenant, List<TenantId> signers, String kid) {
    return signers.equals(List.of(tenant))
        ? "The signature is by the key '%s', which tenant '%s' has not registered. Register it with 'leat key register'."
            .formatted(Excerpt.of(kid), tenant)
        : "The signature is by the key '%s'. The policy of tenant '%s' trusts keys that %s registered: sign with one of those."
            .formatted(
                Excerpt.of(kid),
                tenant,
                signers.isEmpty()
                    ? "nobody"
                    : signers.stream().map(TenantId::value).collect(Collectors.joining(", ")));
  }

  private Answer<PublishedModule> about(
      Statement statement, TenantId tenant, String kid, byte[] module) {
    ModuleDigest digest = ModuleDigest.of(module);
    if (!statement.digest().equals(digest)) {
      return bad(
          "The statement is about %s, the module sent is %s. Sign the module that is sent."
              .formatted(statement.digest(), digest));
    }
    if (statement.size() != module.length) {
      return bad(
          "The statement is about a module of %d bytes, the one sent has %d."
              .formatted(statement.size(), module.length));
    }
    return Answer.done(
        new PublishedModule(
            tenant,
            statement.name(),
            statement.version(),
            digest,
            module.length,
            kid,
            clock.instant()));
  }

  private static <T> Answer<T> invalid(String what, List<Finding> findings) {
    return Answer.refused(Problem.of(ProblemCode.INVALID_MODULE, what, findings));
  }

  /** The imports that the module could have under no contract. */
  private static List<Finding> importsOfNobody(ModuleShape shape) {
    return shape.imports().stream()
        .filter(imported -> !OFFERED.contains(imported))
        .limit(IMPORTS_TOLD)
        .map(imported ->
            new Finding(
                "import " + imported.module() + "." + imported.name(), ImportRemedy.of(imported)))
        .toList();
  }

  private Answer<PublishedModule> keep(Candidate of, String actor, byte[] bytes) {
    PublishedModule candidate = of.module();
    TenantId tenant = candidate.tenant();
    AuditEntry entry =
        AuditEntry.done(
            candidate.publishedAt(),
            tenant,
            actor,
            "module.publish",
            candidate.reference(),
            candidate.digest()
                + of.signer()
                    .map(by -> " signed by " + by.kid() + " of " + by.publisher())
                    .orElse(" unsigned"));
    Allowance allowance = allowances.of(tenant);
    return switch (modules.add(
        tenant, candidate, of.signer(), allowance, entry, () -> store(candidate.digest(), bytes))) {
      case ModuleStore.Addition.NotSigned(String why) -> bad(why);
      case ModuleStore.Addition.LooksLike(String name) ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "Tenant '%s' has a module '%s', and '%s' would be taken for it. Choose a name that differs by more than hyphens, 0 for o, and 1 for l or i."
                  .formatted(tenant, name, candidate.name()));
      case ModuleStore.Addition.Kept(PublishedModule kept)
          when kept.digest().equals(candidate.digest()) ->
          Answer.done(kept);
      case ModuleStore.Addition.Kept(PublishedModule kept) ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "%s is published already as %s and cannot change. Publish under another version."
                  .formatted(kept.reference(), kept.digest()));
      case ModuleStore.Addition.Full(int count, long ignored) when count >= allowance.modules() ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "Tenant '%s' has %d modules and may have %d. Delete one, or have its quota 'modules' raised."
                  .formatted(tenant, count, allowance.modules()));
      case ModuleStore.Addition.Full(int ignored, long stored) ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "The module has %d bytes; tenant '%s' has stored %d and may store %d. Delete a module, or have its quota 'stored-bytes' raised."
                  .formatted(candidate.size(), tenant, stored, allowance.storedBytes()));
    };
  }

  /** Stores the bytes where they are not, or are not what they were any more. */
  private void store(ModuleDigest digest, byte[] bytes) {
    if (!blobs.holds(digest)) {
      blobs.put(digest, bytes);
    }
  }

  private static <T> Answer<T> bad(String detail) {
    return Answer.refused(ProblemCode.INVALID_SIGNATURE, detail);
  }
}
