package dev.leat.registry.function;

import dev.leat.contract.AsyncPolicy;
import dev.leat.contract.FunctionVersion;
import dev.leat.documents.StrictJson;
import java.time.Instant;

/**
 * A function version as it was deployed.
 *
 * @param author the subject of the token that it was deployed with; "" if that is not known
 * @param note what the author said of it, up to {@link #NOTE_CHARS_MAX}; "" for nothing
 * @param manifest the whole manifest as JSON, every default written out
 * @param route how the function is reached while this version leads the traffic
 * @param async what becomes of its asynchronous invocations
 */
public record DeployedVersion(
    FunctionVersion version,
    Instant createdAt,
    String author,
    String note,
    String manifest,
    RouteSpec route,
    AsyncPolicy async) {
  public static final int NOTE_CHARS_MAX = 500;

  /** Of whom nobody knows who deployed it. */
  public DeployedVersion(
      FunctionVersion version, Instant createdAt, String manifest, RouteSpec route) {
    this(version, createdAt, "", "", manifest, route, AsyncPolicy.DEFAULT);
  }

  public DeployedVersion by(String actor, String said) {
    return new DeployedVersion(version, createdAt, actor, said, manifest, route, async);
  }

  /**
   * Whether both are made of manifests that mean the same. The texts may differ: another release
   * wrote the older one, which knew fewer keys.
   */
  boolean saysTheSameAs(DeployedVersion other) {
    DeployedVersion kept =
        StoredManifest.read(
            version.function(),
            version.number(),
            other.version.module(),
            createdAt,
            other.manifest);
    return version.equals(kept.version)
        && route.equals(kept.route)
        && async.equals(kept.async)
        && moduleText().equals(kept.moduleText());
  }

  /** By digest, or by name and version. */
  private String moduleText() {
    return StrictJson.tree(manifest).path("spec").path("module").asText();
  }

  /** The version as an entity tag (RFC 9110, 8.8.3). */
  public String etag() {
    return "\"" + version.label() + "\"";
  }
}
