package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.Finding;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Brings a manifest of a file to the platform, with its module where that is a file too. */
final class ManifestDeployment {
  private final Session session;
  private final Path file;
  private final ManifestFile manifest;

  ManifestDeployment(Session session, Path file) {
    this.session = session;
    this.file = file;
    this.manifest = ManifestFile.parse("'" + file + "'", LocalFiles.readText(file));
  }

  String function() {
    return manifest.function();
  }

  /**
   * Makes it the newest version of its function and answers that version.
   *
   * @param takesTraffic whether it gets the traffic
   * @param isAccepting also if it asks more of the host than the newest version
   * @param note what is said of it, if anything is
   */
  JsonNode deploy(boolean takesTraffic, boolean isAccepting, @Nullable String note) {
    Registry registry = new Registry(session.api(), session.tenant(), session.terminal()::progress);
    ManifestFile deployable =
        manifest
            .moduleFile()
            .map(module -> manifest.withModule(publish(registry, module)))
            .orElse(manifest);
    session.terminal().progress("Deploying " + manifest.function());
    JsonNode version = registry.deploy(deployable, takesTraffic, isAccepting, note);
    for (JsonNode hint : version.path("notes")) {
      session
          .terminal()
          .error("Note: " + new Finding(hint.path("at").asText(), hint.path("message").asText()));
    }
    return version;
  }

  /** What keeps the module back must not keep back what is wrong with the manifest. */
  private ModuleDigest publish(Registry registry, Path module) {
    try {
      return publishFile(registry, file.resolveSibling(module));
    } catch (Failure failure) {
      throw failure.and(manifest.findings());
    }
  }

  private ModuleDigest publishFile(Registry registry, Path module) {
    byte[] content = LocalFiles.read(module, Limits.MODULE_BYTES_MAX);
    session.terminal().progress("Publishing " + module + " (" + content.length + " bytes)");
    return registry.publishIfAbsent(
        content, () -> SignedModule.read(module, content, SignedModule.signatureBeside(module)));
  }
}
