package dev.leat.registry.capability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.leat.contract.permission.PermissionType;
import dev.leat.documents.StrictJson;

/** Uses as a store keeps them, as a JSON array. What this release does not know is left out. */
public final class StoredUses {
  private StoredUses() {}

  public static String write(Uses uses) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    uses.counts()
        .forEach((asked, count) ->
            all.addObject()
                .put("type", asked.type().word())
                .put("resource", asked.resource())
                .put("allowed", count.allowed())
                .put("denied", count.denied()));
    return all.toString();
  }

  /**
   * @throws IllegalArgumentException if it is not JSON
   */
  public static Uses read(String json) {
    Uses uses = new Uses();
    for (JsonNode kept : StrictJson.tree(json)) {
      PermissionType.ofWord(kept.path("type").asText())
          .ifPresent(type ->
              uses.add(
                  new Asked(type, kept.path("resource").asText()),
                  new Uses.Count(kept.path("allowed").asLong(), kept.path("denied").asLong())));
    }
    return uses;
  }
}
