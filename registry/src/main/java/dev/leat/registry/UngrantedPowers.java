package dev.leat.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.Finding;
import dev.leat.documents.StrictJson;
import java.util.List;

/**
 * The powers that a manifest may ask for and that this version keeps but does not grant. They are
 * no mistake, so the manifest is taken; but whoever deploys it is told.
 */
final class UngrantedPowers {
  private static final List<String> POWERS = List.of("http", "keyValue", "database");

  private UngrantedPowers() {}

  /**
   * Those that are asked for.
   *
   * @param manifest as it is kept: valid JSON
   */
  static List<Finding> of(String manifest) {
    JsonNode asked = StrictJson.tree(manifest).at("/spec/capabilities");
    return POWERS.stream()
        .filter(asked::has)
        .map(power ->
            new Finding(
                "spec.capabilities." + power,
                "is not granted by this version: the function is deployed without it"))
        .toList();
  }
}
