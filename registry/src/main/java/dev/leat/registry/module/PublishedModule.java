package dev.leat.registry.module;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import java.time.Instant;

/**
 * A module that a tenant has, since it published or installed it: immutable under its name and
 * version.
 *
 * @param publisher the tenant itself, or the one that it was installed from
 * @param version the publisher's own, as signed
 * @param size in bytes
 * @param keyId the {@code kid} of the key that signed it first; "" if nobody did
 */
public record PublishedModule(
    TenantId tenant,
    TenantId publisher,
    String name,
    String version,
    ModuleDigest digest,
    long size,
    String keyId,
    Instant publishedAt) {
  /** One that the tenant published itself. */
  public PublishedModule(
      TenantId tenant,
      String name,
      String version,
      ModuleDigest digest,
      long size,
      String keyId,
      Instant publishedAt) {
    this(tenant, tenant, name, version, digest, size, keyId, publishedAt);
  }

  /** The same as another tenant has it that installed it. */
  public PublishedModule installedBy(TenantId other) {
    return new PublishedModule(other, publisher, name, version, digest, size, keyId, publishedAt);
  }

  /** As manifests refer to it: {@code publisher/name@version}. */
  public String reference() {
    return publisher + "/" + name + "@" + version;
  }
}
