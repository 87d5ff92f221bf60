package dev.leat.tenants;

import dev.leat.contract.TenantId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Who asks: what a valid token says about its holder. Operators belong to no tenant, everyone else
 * to exactly one.
 *
 * @param subject the holder's name, as given when the token was issued
 * @param tenant the holder's tenant; empty for an operator
 * @param roles at least one; {@link Role#OPERATOR} alone or not at all
 * @param scope which of the tenant's functions the token is good for
 * @param issuer the name of the tenant's issuer whose token it is; empty for the platform's own
 * @param tokenId the token's {@code jti}; of others' tokens "" if they have none
 * @param expiresAt when the token ends
 * @param claims what the token says of its holder
 */
public record Principal(
    String subject,
    Optional<TenantId> tenant,
    Set<Role> roles,
    FunctionScope scope,
    Optional<String> issuer,
    String tokenId,
    Instant expiresAt,
    Claims claims) {

  public Principal {
    roles = Set.copyOf(roles);
    if (!fits(tenant, roles)) {
      throw new IllegalArgumentException(
          "A principal must be an operator without a tenant, or have other roles in one; was "
              + roles
              + (tenant.isPresent() ? " in " + tenant.get() : " without a tenant"));
    }
  }

  /** Of whom no more is claimed. */
  public Principal(
      String subject,
      Optional<TenantId> tenant,
      Set<Role> roles,
      FunctionScope scope,
      Optional<String> issuer,
      String tokenId,
      Instant expiresAt) {
    this(subject, tenant, roles, scope, issuer, tokenId, expiresAt, Claims.NONE);
  }

  /**
   * Whether a token with these roles may be limited to functions: not one that issues others, which
   * would not be limited.
   */
  static boolean fits(Set<Role> roles, FunctionScope scope) {
    return scope.isAll() || !(roles.contains(Role.OPERATOR) || roles.contains(Role.TENANT_ADMIN));
  }

  /** Whether a principal may have these roles in this tenant. */
  static boolean fits(Optional<TenantId> tenant, Set<Role> roles) {
    return tenant.isPresent()
        ? !roles.isEmpty() && !roles.contains(Role.OPERATOR)
        : roles.equals(Set.of(Role.OPERATOR));
  }
}
