package dev.leat.audit;

/**
 * An audit entry in its place in the chain.
 *
 * @param seq from 1, without gaps
 * @param previous the hash of the record before it; {@link AuditChain#GENESIS} for the first
 * @param hash over its content and {@code previous}: SHA-256 as 64 hexadecimal digits
 */
public record AuditRecord(long seq, AuditEntry entry, String previous, String hash) {}
