package dev.leat.registry.trust;

import dev.leat.contract.TenantId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a tenant takes for a good module.
 *
 * @param requiresSignature whether a module must be signed by a trusted publisher
 * @param trusted the tenants whose keys count, the own one only if it is named; empty for the own
 *     keys, and of an installed module those of its publisher
 * @param onRevoke what becomes of what only revoked keys signed
 */
public record TrustPolicy(
    boolean requiresSignature, Optional<Set<TenantId>> trusted, OnRevoke onRevoke) {
  /** Publishers that can be named: each is a row, and all are read for each publication. */
  public static final int PUBLISHERS_MAX = 100;

  /** Of a tenant that has said nothing. */
  public static final TrustPolicy DEFAULT = new TrustPolicy(true, Optional.empty(), OnRevoke.KEEP);

  public TrustPolicy {
    trusted = trusted.map(Set::copyOf);
    if (trusted.isPresent() && trusted.get().size() > PUBLISHERS_MAX) {
      throw new IllegalArgumentException(
          "trusted must be up to %d publishers, were %d"
              .formatted(PUBLISHERS_MAX, trusted.get().size()));
    }
  }

  /** Whose keys may sign what the tenant publishes itself. */
  public Set<TenantId> signers(TenantId tenant) {
    return trusted.orElse(Set.of(tenant));
  }

  /**
   * Why a module with these signatures is not to be deployed or installed, in sentences; empty if
   * it may be.
   */
  public Optional<String> objection(Collection<ModuleSignature> signatures) {
    List<ModuleSignature> counting = counting(signatures);
    if (requiresSignature && counting.isEmpty()) {
      return Optional.of(
          signatures.isEmpty()
              ? "It is not signed, and the tenant's policy requires a signature. Publish it signed."
              : "It is signed by %s, and the tenant's policy trusts %s. Have an admin add the publisher to trusted-publishers."
                  .formatted(names(signatures), trustedNames()));
    }
    return onRevoke != OnRevoke.KEEP && areAllRevoked(counting)
        ? Optional.of(
            "Each key that signed it was revoked, and the tenant's policy is on-revoke=%s. Publish it signed by another key; an installed one, have its publisher do so and install it again."
                .formatted(onRevoke.word()))
        : Optional.empty();
  }

  /** Whether versions of a module with these signatures are not to be called any more. */
  public boolean drains(Collection<ModuleSignature> signatures) {
    return onRevoke == OnRevoke.DRAIN && areAllRevoked(counting(signatures));
  }

  private List<ModuleSignature> counting(Collection<ModuleSignature> signatures) {
    return signatures.stream().filter(each -> !requiresSignature || trusts(each)).toList();
  }

  /**
   * A publisher that is gone is trusted as it was when it went: none of its name takes its place.
   */
  private boolean trusts(ModuleSignature signature) {
    return signature
        .orphaned()
        .orElseGet(() -> trusted.isEmpty() || trusted.get().contains(signature.publisher()));
  }

  private static boolean areAllRevoked(List<ModuleSignature> signatures) {
    return !signatures.isEmpty() && signatures.stream().allMatch(ModuleSignature::isRevoked);
  }

  private static String names(Collection<ModuleSignature> signatures) {
    return signatures.stream()
        .map(each -> each.publisher().value())
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /** The trusted publishers, for people. */
  private String trustedNames() {
    String names =
        trusted.orElse(Set.of()).stream()
            .map(TenantId::value)
            .collect(Collectors.toCollection(TreeSet::new))
            .stream()
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "nobody" : names;
  }
}
