package dev.leat.registry.function;

import dev.leat.contract.Finding;
import dev.leat.contract.FunctionVersion;
import java.time.Instant;
import java.util.List;

/**
 * A function version as it was deployed.
 *
 * @param manifest the whole manifest as JSON, every default written out
 * @param route how the function is reached while this version is the active one
 */
public record DeployedVersion(
    FunctionVersion version, Instant createdAt, String manifest, RouteSpec route) {
  /**
   * What its author should know although it was deployed: powers that this version does not grant.
   */
  public List<Finding> notes() {
    return UngrantedPowers.of(version.grants());
  }

  /** The version as an entity tag (RFC 9110, 8.8.3). */
  public String etag() {
    return "\"" + version.label() + "\"";
  }
}
