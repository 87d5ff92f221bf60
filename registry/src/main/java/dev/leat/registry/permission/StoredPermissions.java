package dev.leat.registry.permission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.leat.contract.Answer;
import dev.leat.contract.permission.FunctionPermissions;
import dev.leat.contract.permission.Permission;
import dev.leat.documents.StrictJson;
import java.util.ArrayList;
import java.util.List;

/**
 * Permissions as a store keeps them, as a JSON array. What this release cannot read is left out,
 * and so allows nothing.
 */
public final class StoredPermissions {
  private StoredPermissions() {}

  public static String write(FunctionPermissions permissions) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    permissions
        .all()
        .forEach(permission ->
            all.addObject()
                .put("type", permission.type().word())
                .put("resource", permission.resource()));
    return all.toString();
  }

  /**
   * @throws IllegalArgumentException if it is not JSON
   */
  public static FunctionPermissions read(String json) {
    List<Permission> known = new ArrayList<>();
    for (JsonNode kept : StrictJson.tree(json)) {
      if (known.size() < FunctionPermissions.COUNT_MAX
          && Permission.read(kept.path("type").asText(), kept.path("resource").asText())
              instanceof Answer.Done<Permission>(Permission permission)) {
        known.add(permission);
      }
    }
    return new FunctionPermissions(known);
  }
}
