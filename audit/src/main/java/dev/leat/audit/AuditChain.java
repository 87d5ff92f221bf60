package dev.leat.audit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.TenantId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.erdtman.jcs.JsonCanonicalizer;

/**
 * What a record's hash is taken over: its members and the hash before it, as canonical JSON (RFC
 * 8785), by SHA-256. So whoever changes, removes or swaps a record must change all after it.
 */
public final class AuditChain {
  /** What stands in place of a hash before the first record. */
  public static final String GENESIS = "0".repeat(64);

  private AuditChain() {}

  /** The entries as the records that continue the chain. */
  public static List<AuditRecord> after(AuditStore.Head head, List<AuditEntry> entries) {
    List<AuditRecord> records = new ArrayList<>();
    long seq = head.seq();
    String previous = head.hash();
    for (AuditEntry entry : entries) {
      seq++;
      AuditRecord record =
          new AuditRecord(seq, entry, previous, hash(content(seq, previous, entry)));
      records.add(record);
      previous = record.hash();
    }
    return records;
  }

  /** The record as a line of an export: its members, {@code previous} and {@code hash}. */
  public static ObjectNode line(AuditRecord record) {
    return content(record.seq(), record.previous(), record.entry()).put("hash", record.hash());
  }

  private static ObjectNode content(long seq, String previous, AuditEntry entry) {
    ObjectNode content =
        JsonNodeFactory.instance
            .objectNode()
            .put("seq", seq)
            .put("time", DateTimeFormatter.ISO_INSTANT.format(entry.at()))
            .put("actor", entry.actor())
            .put("action", entry.action())
            .put("resource", entry.resource())
            .put("allowed", entry.allowed())
            .put("details", entry.details())
            .put("requestId", entry.requestId())
            .put("previous", previous);
    content.put("tenant", entry.tenant().map(TenantId::value).orElse(null));
    return content;
  }

  /** The hash of a record's members, without {@code hash} itself. */
  static String hash(ObjectNode content) {
    return HexFormat.of().formatHex(sha256(canonical(content)));
  }

  /** A line of an export as its text: canonical, and a line feed. */
  public static String text(ObjectNode line) {
    return new String(canonical(line), StandardCharsets.UTF_8) + "\n";
  }

  /** RFC 8785. */
  static byte[] canonical(ObjectNode content) {
    try {
      return new JsonCanonicalizer(content.toString()).getEncodedUTF8();
    } catch (IOException e) {
      throw new IllegalArgumentException("Not JSON that can be made canonical", e);
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
