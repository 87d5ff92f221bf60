package dev.leat.contract;

/**
 * That something was changed, and committed. It names what, never what it is now: whoever holds it
 * in memory reads that where it is kept, so a change may be taken over late, twice, or together
 * with later ones.
 */
public sealed interface Change {
  /** A tenant was made or deleted. */
  record TenantChanged(TenantId tenant) implements Change {}

  /** A token was revoked before its time. */
  record TokenRevoked(String token) implements Change {}

  /** All tokens of a tenant were revoked. */
  record TokensRevoked(TenantId tenant) implements Change {}

  /** The databases that a tenant's functions reach were changed. */
  record ConnectionsChanged(TenantId tenant) implements Change {}

  /** Whose tokens a tenant takes beside the platform's was changed. */
  record IssuersChanged(TenantId tenant) implements Change {}

  /** The quotas of tenants that have none of their own were changed. */
  record DefaultQuotaChanged() implements Change {}

  /** Quotas of a tenant or of its functions, or the powers that it may grant, were changed. */
  record QuotaChanged(TenantId tenant) implements Change {}

  /** The key that signs tokens was changed. */
  record SigningKeyChanged() implements Change {}

  /** A publisher's key was registered or revoked. */
  record PublisherKeyChanged(TenantId tenant, String kid) implements Change {}

  /** All keys of a tenant's publishers are gone. */
  record PublisherKeysForgotten(TenantId tenant) implements Change {}

  /** A tenant's policy, or the revocation of what it has, changed which modules it trusts. */
  record TrustChanged(TenantId tenant) implements Change {}

  /** A function was deployed or deleted, or its traffic changed. */
  record RouteChanged(FunctionRef function) implements Change {}

  /** All functions of a tenant are gone. */
  record RoutesForgotten(TenantId tenant) implements Change {}

  /** What a function may ask of the host was changed. */
  record PermissionsChanged(FunctionRef function) implements Change {}

  /** What all functions of a tenant may ask of the host is gone. */
  record PermissionsForgotten(TenantId tenant) implements Change {}

  /** A secret was set, rotated or deleted. */
  record SecretChanged(TenantId tenant, String name) implements Change {}

  /** From which level on lines of a function's log are kept was changed. */
  record LogLevelChanged(FunctionRef function) implements Change {}

  /** A node of the cluster came, left, or says something else of itself. */
  record MemberChanged(String node) implements Change {}

  /** Other workers keep versions of a function warm, or other numbers of instances. */
  record AssignmentChanged(FunctionRef function) implements Change {}
}
