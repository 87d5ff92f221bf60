package dev.leat.registry.key;

import dev.leat.contract.TenantId;
import java.time.Instant;
import java.util.Optional;

/**
 * A public Ed25519 key by which a tenant's modules are signed.
 *
 * @param kid its RFC 7638 thumbprint, in base64url
 * @param name what people call it; "" if it has no name
 * @param x the public key's 32 bytes in base64url (RFC 8037)
 * @param validity when it may sign
 * @param revokedAt empty while it is trusted
 */
public record PublisherKey(
    TenantId tenant,
    String kid,
    String name,
    String x,
    Instant createdAt,
    KeyValidity validity,
    Optional<Instant> revokedAt) {
  /** One that may sign at any time. */
  public PublisherKey(
      TenantId tenant,
      String kid,
      String name,
      String x,
      Instant createdAt,
      Optional<Instant> revokedAt) {
    this(tenant, kid, name, x, createdAt, KeyValidity.ALWAYS, revokedAt);
  }

  public boolean isRevoked() {
    return revokedAt.isPresent();
  }

  /** Why it may sign nothing at this time, in sentences; empty if it may. */
  public Optional<String> objection(Instant now) {
    return isRevoked()
        ? Optional.of("The key %s was revoked. Sign with another registered key.".formatted(kid))
        : validity.objection(kid, now);
  }

  /** The key as a JWK. */
  public String publicJwk() {
    return "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\",\"kid\":\"%s\"}".formatted(x, kid);
  }
}
