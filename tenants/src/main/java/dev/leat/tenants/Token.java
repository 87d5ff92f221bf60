package dev.leat.tenants;

import dev.leat.contract.TenantId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What is kept of an issued token; the JWT itself is not.
 *
 * @param id its {@code jti}
 * @param tenant whose token; empty for an operator's
 * @param scope which of the tenant's functions it is good for
 * @param issuedAt in whole seconds, as JWTs count
 * @param expiresAt in whole seconds
 * @param revoked whether it was withdrawn before its time
 */
public record Token(
    String id,
    Optional<TenantId> tenant,
    String subject,
    Set<Role> roles,
    FunctionScope scope,
    Instant issuedAt,
    Instant expiresAt,
    boolean revoked) {
  public Token {
    roles = Set.copyOf(roles);
  }
}
