package dev.leat.registry.module;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import java.time.Instant;

/**
 * A module that a tenant published: immutable under its name and version.
 *
 * @param version the publisher's own, as signed
 * @param size in bytes
 * @param keyId the {@code kid} of the key that signed it
 */
public record PublishedModule(
    TenantId tenant,
    String name,
    String version,
    ModuleDigest digest,
    long size,
    String keyId,
    Instant publishedAt) {
  /** As manifests refer to it: {@code tenant/name@version}. */
  public String reference() {
    return tenant + "/" + name + "@" + version;
  }
}
