package dev.leat.gateway.control.reply;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.AuditRecord;
import dev.leat.contract.TenantId;
import org.jspecify.annotations.Nullable;

/** An audit record; no {@code tenant} when it concerns the platform. */
public record AuditReply(
    long seq,
    String time,
    @Nullable String tenant,
    String actor,
    String action,
    String resource,
    boolean allowed,
    String details,
    String requestId,
    String hash) {
  public static AuditReply of(AuditRecord record) {
    AuditEntry entry = record.entry();
    return new AuditReply(
        record.seq(),
        entry.at().toString(),
        entry.tenant().map(TenantId::value).orElse(null),
        entry.actor(),
        entry.action(),
        entry.resource(),
        entry.allowed(),
        entry.details(),
        entry.requestId(),
        record.hash());
  }
}
