package dev.leat.registry.trust;

import dev.leat.contract.TenantId;
import java.time.Instant;
import java.util.Optional;

/**
 * That a key vouches for a module that a tenant has.
 *
 * @param publisher whose key it is
 * @param kid the key's thumbprint
 * @param orphaned empty while there is the publisher; then whether the tenant trusted it when it
 *     went. Nobody can revoke the key any more, and a later tenant of that name has nothing to do
 *     with it
 * @param signedAt when the module was published with it
 * @param revokedAt empty while the key was not revoked
 */
public record ModuleSignature(
    TenantId publisher,
    String kid,
    Optional<Boolean> orphaned,
    Instant signedAt,
    Optional<Instant> revokedAt) {
  public boolean isRevoked() {
    return revokedAt.isPresent();
  }
}
