package dev.leat.gateway.control.reply;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.audit.Checkpoint;
import dev.leat.documents.StrictJson;

/** A signed checkpoint of the audit log, with the public key that verifies it, as a JWK. */
public record CheckpointReply(
    long seq, String time, String hash, String kid, String signature, JsonNode key) {
  public static CheckpointReply of(Checkpoint checkpoint) {
    return new CheckpointReply(
        checkpoint.seq(),
        checkpoint.at().toString(),
        checkpoint.hash(),
        checkpoint.kid(),
        checkpoint.signature(),
        StrictJson.tree(checkpoint.publicKey()));
  }
}
