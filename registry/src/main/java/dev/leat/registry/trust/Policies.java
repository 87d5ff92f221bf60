package dev.leat.registry.trust;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.Answer;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The policies of tenants. Safe for several threads; blocks. */
public final class Policies {
  private final PolicyStore store;
  private final InstantSource clock;

  public Policies(PolicyStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  public TrustPolicy show(TenantId tenant) {
    return store.find(tenant);
  }

  /** Which keys vouch for a module that the tenant has. */
  public List<ModuleSignature> signatures(TenantId tenant, ModuleDigest digest) {
    return store.signatures(tenant, digest);
  }

  /**
   * Changes what is named; the rest stays.
   *
   * @param trusted the publishers that are trusted from now on; empty in it for the default
   */
  public Answer<TrustPolicy> change(
      TenantId tenant,
      String actor,
      Optional<Boolean> requiresSignature,
      Optional<Optional<Set<TenantId>>> trusted,
      Optional<OnRevoke> onRevoke) {
    if (trusted.flatMap(named -> named).map(Set::size).orElse(0) > TrustPolicy.PUBLISHERS_MAX) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "trusted-publishers must be up to %d tenants.".formatted(TrustPolicy.PUBLISHERS_MAX));
    }
    return Answer.done(
        store.change(
            tenant,
            before ->
                new TrustPolicy(
                    requiresSignature.orElse(before.requiresSignature()),
                    trusted.orElse(before.trusted()),
                    onRevoke.orElse(before.onRevoke())),
            after ->
                AuditEntry.done(
                    clock.instant(),
                    tenant,
                    actor,
                    "policy.set",
                    tenant.value(),
                    described(after))));
  }

  private static String described(TrustPolicy policy) {
    return "require-signature=%s trusted-publishers=%s on-revoke=%s"
        .formatted(
            policy.requiresSignature(),
            policy.trusted().map(TreeSet::new).map(Object::toString).orElse("any"),
            policy.onRevoke().word());
  }
}
