package dev.leat.tenants;

import dev.leat.contract.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The token that someone asks for; {@link Tokens#issue} says what is allowed.
 *
 * @param tenant whose token; empty for an operator's
 * @param subject the holder's name, 1 to 200 characters without control characters
 * @param roles {@link Role#OPERATOR} alone without a tenant; one or more others with one
 * @param functions names and globs of the tenant's functions that it is limited to; none for all
 * @param ttl how long it is valid, 1 second to 365 days
 */
public record TokenRequest(
    Optional<TenantId> tenant,
    String subject,
    Set<Role> roles,
    List<String> functions,
    Duration ttl) {
  public TokenRequest {
    functions = List.copyOf(functions);
    roles = Set.copyOf(roles);
  }

  /** For all functions. */
  public TokenRequest(Optional<TenantId> tenant, String subject, Set<Role> roles, Duration ttl) {
    this(tenant, subject, roles, List.of(), ttl);
  }
}
