package dev.leat.registry.audit;

import dev.leat.contract.TenantId;
import java.time.Instant;

/**
 * Who did what, as it is recorded for ever.
 *
 * @param tenant whose affairs it concerns
 * @param actor the subject of the token that was used
 * @param action such as {@code module.publish}
 * @param resource what it was done to
 * @param allowed whether it was done, or denied
 * @param detail what else matters; holds no secret
 */
public record AuditEntry(
    Instant at,
    TenantId tenant,
    String actor,
    String action,
    String resource,
    boolean allowed,
    String detail) {
  /** Something that was allowed and done. */
  public static AuditEntry done(
      Instant at, TenantId tenant, String actor, String action, String resource, String detail) {
    return new AuditEntry(at, tenant, actor, action, resource, true, detail);
  }
}
