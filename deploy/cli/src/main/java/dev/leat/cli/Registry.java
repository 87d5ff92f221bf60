package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.ModuleDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One tenant's modules and functions on the platform. */
final class Registry {
  private final ApiClient api;
  private final String tenant;
  private final Multipart.Progress progress;

  /**
   * @param progress told how far a module is that is sent
   */
  Registry(ApiClient api, String tenant, Multipart.Progress progress) {
    this.api = api;
    this.tenant = tenant;
    this.progress = progress;
  }

  /** Publishes a module and answers its description. */
  JsonNode publish(SignedModule module) {
    return api.post(
        path("modules"),
        new Multipart()
            .file("module", "module.wasm", "application/wasm", module.content())
            .text("signature", module.signature()),
        progress);
  }

  /** Publishes a module that nobody signed, where the tenant's policy has that. */
  JsonNode publishUnsigned(byte[] module, String name, String version) {
    return api.post(
        path("modules"),
        new Multipart()
            .file("module", "module.wasm", "application/wasm", module)
            .text("name", name)
            .text("version", version),
        progress);
  }

  /** Publishes these bytes, once signed, unless they are there already; answers their digest. */
  ModuleDigest publishIfAbsent(byte[] content, Supplier<SignedModule> signed) {
    ModuleDigest digest = ModuleDigest.of(content);
    if (api.find(path("modules", digest.toString())).isEmpty()) {
      publish(signed.get());
    }
    return digest;
  }

  /** Makes a manifest the newest version of its function and answers that version. */
  JsonNode deploy(ManifestFile manifest) {
    return deploy(manifest, true, false, null);
  }

  /**
   * Likewise.
   *
   * @param takesTraffic whether it gets the traffic
   * @param acceptsMore whether it may ask more of the host than the newest version
   * @param note what is said of it, if anything is
   */
  JsonNode deploy(
      ManifestFile manifest, boolean takesTraffic, boolean acceptsMore, @Nullable String note) {
    List<String> query = new ArrayList<>();
    if (!takesTraffic) {
      query.add("no-traffic=true");
    }
    if (acceptsMore) {
      query.add("accept=true");
    }
    if (note != null) {
      query.add("note=" + ApiClient.encode(note));
    }
    String path = path("functions", manifest.function());
    return api.put(
        query.isEmpty() ? path : path + "?" + String.join("&", query), manifest.document());
  }

  private String path(String... segments) {
    return ApiClient.path("v1", "tenants", tenant) + ApiClient.path(segments);
  }
}
