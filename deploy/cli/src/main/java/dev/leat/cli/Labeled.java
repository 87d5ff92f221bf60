package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Records that have the number of a version, with the label that commands take: v3, not 3. */
final class Labeled {
  private Labeled() {}

  static ArrayNode all(JsonNode records) {
    ArrayNode labeled = Json.object().putArray("items");
    records.forEach(each -> labeled.add(one(each)));
    return labeled;
  }

  static ObjectNode one(JsonNode found) {
    ObjectNode labeled = found.deepCopy();
    return labeled.put("version", "v" + found.path("version").asText());
  }
}
