package dev.leat.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.documents.StrictJson;
import java.io.IOException;
import java.util.Optional;

/** Reading and writing JSON. */
final class Json {
  private static final JsonMapper MAPPER = StrictJson.mapper();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** The record as a document, without what is null. */
  static ObjectNode of(Record shown) {
    ObjectNode document = MAPPER.valueToTree(shown);
    document.properties().removeIf(member -> member.getValue().isNull());
    return document;
  }

  /** The document, or nothing if this is none. */
  static Optional<JsonNode> parse(byte[] text) {
    try {
      JsonNode document = MAPPER.readTree(text);
      return document.isMissingNode() ? Optional.empty() : Optional.of(document);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static byte[] bytes(JsonNode document) {
    try {
      return MAPPER.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree can always be written", e);
    }
  }
}
