package dev.leat.registry.module;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.registry.key.Statement;
import java.util.Optional;

/** How a manifest names its module; {@code toString} is what is written there. */
public sealed interface ModuleRef {
  /** After a name. */
  String LATEST = ":latest";

  /**
   * What a text names: {@code sha256:<hex>} a digest, {@code tenant/name@version} a published
   * module unless it ends in {@code .wasm}, {@code name:latest} the one that was published last
   * under this name, anything else a file.
   *
   * @return nothing for {@code sha256:} with what is no digest
   */
  static Optional<ModuleRef> parse(String text) {
    if (text.startsWith("sha256:")) {
      return ModuleDigest.isValid(text)
          ? Optional.of(new ByDigest(ModuleDigest.parse(text)))
          : Optional.empty();
    }
    if (text.endsWith(LATEST)
        && Statement.isName(text.substring(0, text.length() - LATEST.length()))) {
      return Optional.of(new Latest(text.substring(0, text.length() - LATEST.length())));
    }
    String[] parts = text.split("[/@]", -1);
    boolean isName =
        parts.length == 3
            && TenantId.isValid(parts[0])
            && Statement.isName(parts[1])
            && Statement.isVersion(parts[2])
            && text.endsWith(parts[1] + "@" + parts[2])
            && !text.endsWith(".wasm");
    return Optional.of(
        isName ? new ByName(new TenantId(parts[0]), parts[1], parts[2]) : new ByFile(text));
  }

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

  /** {@code name:latest}, of the tenant that says so. */
  record Latest(String name) implements ModuleRef {
    @Override
    public String toString() {
      return name + LATEST;
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
