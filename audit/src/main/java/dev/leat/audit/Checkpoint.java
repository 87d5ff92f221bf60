package dev.leat.audit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeFormatter;

/**
 * The platform's word for the chain up to a record.
 *
 * @param seq of the last record that it covers
 * @param hash of that record
 * @param kid the key that signed it
 * @param publicKey that key's public part, as a JWK
 * @param signature a compact JWS (RFC 7515) over {@link #payload}
 */
public record Checkpoint(
    long seq, Instant at, String hash, String kid, String publicKey, String signature) {
  /** The {@code typ} of a checkpoint's JWS, so that it is no token. */
  public static final String TYPE = "leat-audit-checkpoint";

  /** What is signed: canonical JSON of {@code seq}, {@code time} and {@code hash}. */
  static byte[] payload(long seq, Instant at, String hash) {
    return AuditChain.canonical(members(seq, at, hash));
  }

  /** The checkpoint as a line of an export. */
  public ObjectNode line() {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.set("checkpoint", shown());
    return line;
  }

  /** Its members, without the key. */
  public ObjectNode shown() {
    return members(seq, at, hash).put("kid", kid).put("signature", signature);
  }

  private static ObjectNode members(long seq, Instant at, String hash) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("seq", seq)
        .put("time", DateTimeFormatter.ISO_INSTANT.format(at))
        .put("hash", hash);
  }
}
