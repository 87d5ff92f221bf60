package dev.leat.registry.module;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;

/** How a manifest names its module; {@code toString} is what is written there. */
public sealed interface ModuleRef {
  /** {@code sha256:<hex>}. */
  record ByDigest(ModuleDigest digest) implements ModuleRef {
    @Override
    public String toString() {
      return digest.toString();
    }
  }

  /** {@code tenant/name@version}. */
  record ByName(TenantId tenant, String name, String version) implements ModuleRef {
    @Override
    public String toString() {
      return tenant + "/" + name + "@" + version;
    }
  }

  /** A file beside the manifest, which {@code leat deploy} publishes first. */
  record ByFile(String path) implements ModuleRef {
    @Override
    public String toString() {
      return path;
    }
  }
}
