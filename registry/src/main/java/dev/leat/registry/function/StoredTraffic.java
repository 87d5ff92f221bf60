package dev.leat.registry.function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.documents.StrictJson;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Traffic as a store keeps it, as a JSON object. What is not known is left. */
public final class StoredTraffic {
  private StoredTraffic() {}

  public static String write(Traffic traffic) {
    ObjectNode root =
        JsonNodeFactory.instance.objectNode().put("slots", traffic.slots().toString());
    traffic.previous().ifPresent(version -> root.put("previous", version));
    ObjectNode former = root.putObject("former");
    traffic
        .former()
        .forEach((version, lostAt) -> former.put(Integer.toString(version), lostAt.toEpochMilli()));
    traffic
        .sticky()
        .ifPresent(sticky -> root.putObject("sticky").put(sticky.kind().word(), sticky.name()));
    root.put("changedAt", traffic.changedAt().toEpochMilli()).put("changedBy", traffic.changedBy());
    return root.toString();
  }

  /**
   * @throws IllegalArgumentException if it cannot be read
   */
  public static Traffic read(int revision, String json) {
    JsonNode root = StrictJson.tree(json);
    Map<Integer, Instant> former = new HashMap<>();
    root.path("former")
        .properties()
        .forEach(lost ->
            former.put(
                Integer.valueOf(lost.getKey()), Instant.ofEpochMilli(lost.getValue().asLong())));
    return new Traffic(
        revision,
        Slots.parse(root.path("slots").asText()),
        root.has("previous") ? Optional.of(root.path("previous").asInt()) : Optional.empty(),
        former,
        sticky(root.path("sticky")),
        Instant.ofEpochMilli(root.path("changedAt").asLong()),
        root.path("changedBy").asText());
  }

  private static Optional<Sticky> sticky(JsonNode kept) {
    return kept.properties().stream()
        .flatMap(by ->
            Sticky.Kind.ofWord(by.getKey()).stream()
                .map(kind -> new Sticky(kind, by.getValue().asText())))
        .findFirst();
  }
}
