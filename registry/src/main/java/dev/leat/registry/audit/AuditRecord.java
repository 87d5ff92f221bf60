package dev.leat.registry.audit;

/**
 * An audit entry as it is kept.
 *
 * @param id growing in the order of recording, with gaps
 */
public record AuditRecord(long id, AuditEntry entry) {}
