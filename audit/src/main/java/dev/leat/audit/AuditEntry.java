package dev.leat.audit;

import dev.leat.contract.TenantId;
import dev.leat.store.Database;
import java.time.Instant;
import java.util.Optional;

/**
 * Who did what, as it is recorded for ever.
 *
 * @param tenant whose affairs it concerns; empty for the platform's
 * @param actor the subject of the token that was used
 * @param action such as {@code module.publish}
 * @param resource what it was done to
 * @param allowed whether it was done, or denied
 * @param details what else matters; holds no secret
 * @param requestId of the request that asked for it; empty if none did
 */
public record AuditEntry(
    Instant at,
    Optional<TenantId> tenant,
    String actor,
    String action,
    String resource,
    boolean allowed,
    String details,
    String requestId) {
  /** The most characters of a text; what is longer is cut. */
  public static final int TEXT_MAX = 8_192;

  public AuditEntry {
    actor = kept(actor);
    resource = kept(resource);
    details = kept(details);
    requestId = kept(requestId);
  }

  /** Something that was allowed and done, by the request that runs here. */
  public static AuditEntry done(
      Instant at, TenantId tenant, String actor, String action, String resource, String details) {
    return new AuditEntry(
        at,
        Optional.of(tenant),
        actor,
        action,
        resource,
        true,
        details,
        Actor.current().requestId());
  }

  /** Something that was allowed and done now, by the request that runs here and its caller. */
  public static AuditEntry done(
      Optional<TenantId> tenant, String action, String resource, String details) {
    Actor actor = Actor.current();
    return new AuditEntry(
        actor.at(), tenant, actor.subject(), action, resource, true, details, actor.requestId());
  }

  /** As it is read back: its hash is taken over that. */
  private static String kept(String text) {
    return Database.storable(text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX));
  }
}
