package dev.leat.registry.capability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.permission.PermissionType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A manifest's capabilities without what was not used.
 *
 * @param capabilities to stand in the manifest instead
 * @param unused what was left out
 */
record Narrowed(ObjectNode capabilities, List<String> unused) {
  /**
   * @param granted {@code spec.capabilities} as it was deployed
   */
  static Narrowed of(JsonNode granted, Uses uses) {
    Narrowed narrowed = new Narrowed(JsonNodeFactory.instance.objectNode(), new ArrayList<>());
    for (Map.Entry<String, JsonNode> grant : granted.properties()) {
      String power = grant.getKey();
      Set<Asked> used =
          uses.counts().entrySet().stream()
              .filter(use -> use.getValue().allowed() > 0)
              .map(Map.Entry::getKey)
              .filter(asked -> asked.type().power().equals(power))
              .collect(Collectors.toSet());
      if (isOff(grant.getValue())) {
        continue;
      }
      if (used.isEmpty()) {
        narrowed.unused.add(power);
      } else {
        narrowed.capabilities.set(power, narrowed.narrowed(power, grant.getValue(), used));
      }
    }
    return narrowed;
  }

  private static boolean isOff(JsonNode grant) {
    return grant.isNull() || (grant.isBoolean() && !grant.booleanValue()) || grant.isMissingNode();
  }

  private JsonNode narrowed(String power, JsonNode grant, Set<Asked> used) {
    return switch (power) {
      case "http" -> with(power, grant, usedOrigins(grant.path("allow"), used));
      case "database" -> with(power, grant, usedTables(grant.path("allow"), used));
      case "secrets" -> usedSecrets(grant, used);
      default -> grant;
    };
  }

  private JsonNode with(String power, JsonNode grant, List<String> allow) {
    ObjectNode narrow = ((ObjectNode) grant).deepCopy();
    narrow.set("allow", texts(allow));
    grant
        .path("allow")
        .forEach(allowed -> {
          if (!allow.contains(allowed.asText())) {
            unused.add("%s.allow[%s]".formatted(power, allowed.asText()));
          }
        });
    return narrow;
  }

  /** The origins that were used; where not each is known any more, all that were allowed. */
  private static List<String> usedOrigins(JsonNode allowed, Set<Asked> used) {
    Set<String> resources = used.stream().map(Asked::resource).collect(Collectors.toSet());
    return resources.contains(Asked.ALL) ? texts(allowed) : resources.stream().sorted().toList();
  }

  /** {@code read:sales.orders} of {@code main/sales/orders}; patterns as they were allowed. */
  private static List<String> usedTables(JsonNode allowed, Set<Asked> used) {
    if (used.stream().anyMatch(asked -> asked.resource().indexOf('*') >= 0)) {
      return texts(allowed);
    }
    return used.stream()
        .map(asked ->
            (asked.type() == PermissionType.DATABASE_READ ? "read:" : "write:")
                + asked.resource().substring(asked.resource().indexOf('/') + 1).replace('/', '.'))
        .sorted()
        .toList();
  }

  private JsonNode usedSecrets(JsonNode grant, Set<Asked> used) {
    Set<String> names = used.stream().map(Asked::resource).collect(Collectors.toSet());
    ArrayNode kept = JsonNodeFactory.instance.arrayNode();
    for (JsonNode secret : grant) {
      String name = secret.isTextual() ? secret.asText() : secret.path("name").asText();
      if (names.contains(name) || names.contains(Asked.ALL)) {
        kept.add(secret);
      } else {
        unused.add("secrets[" + name + "]");
      }
    }
    return kept;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static ArrayNode texts(List<String> texts) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    texts.forEach(array::add);
    return array;
  }
}
