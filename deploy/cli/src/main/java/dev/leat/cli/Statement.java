package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.ModuleDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * What a publisher signs about a module.
 *
 * @param name what the publisher calls it
 * @param version which of its versions it is
 * @param digest of its bytes
 * @param size in bytes
 * @param issuedAt when this was said
 */
record Statement(String name, String version, ModuleDigest digest, long size, Instant issuedAt) {
  ObjectNode json() {
    return Json.object()
        .put("name", name)
        .put("version", version)
        .put("digest", digest.toString())
        .put("size", size)
        .put("issuedAt", issuedAt.toString());
  }

  /** The statement, or nothing if this is none. */
  static Optional<Statement> parse(byte[] text) {
    return Json.parse(text).flatMap(Statement::of);
  }

  private static Optional<Statement> of(JsonNode json) {
    try {
      return Optional.of(
          new Statement(
              json.required("name").asText(),
              json.required("version").asText(),
              ModuleDigest.parse(json.required("digest").asText()),
              json.required("size").asLong(-1),
              Instant.parse(json.required("issuedAt").asText())));
    } catch (IllegalArgumentException | DateTimeException e) {
      return Optional.empty();
    }
  }
}
