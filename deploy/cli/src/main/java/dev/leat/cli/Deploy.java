package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.Finding;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leat deploy}. */
@Command(
    name = "deploy",
    description = "Deploy a new version of a function; publishes its module if needed.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Deploy implements Runnable {
  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE",
      description = "The manifest, such as leat.yaml.")
  private Path file;

  @Option(
      names = "--no-traffic",
      description = "Leave the traffic where it is; call the version by its label.")
  private boolean isQuiet;

  @Option(
      names = "--accept",
      description = "Also if it asks more of the host than the newest version.")
  private boolean isAccepting;

  @Option(names = "--note", paramLabel = "TEXT", description = "What to say of the version.")
  private @Nullable String note;

  private final Session session;

  Deploy(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    ManifestFile manifest = ManifestFile.parse("'" + file + "'", LocalFiles.readText(file));
    Registry registry = new Registry(session.api(), session.tenant());
    ManifestFile deployable =
        manifest
            .moduleFile()
            .map(module -> manifest.withModule(publish(registry, manifest, module)))
            .orElse(manifest);
    session.terminal().progress("Deploying " + manifest.function());
    JsonNode version = registry.deploy(deployable, !isQuiet, isAccepting, note);
    for (JsonNode note : version.path("notes")) {
      session
          .terminal()
          .error("Note: " + new Finding(note.path("at").asText(), note.path("message").asText()));
    }
    session
        .output()
        .done(
            version,
            version.path("url").asText(),
            version.path("function").asText() + " " + version.path("label").asText());
  }

  /** What keeps the module back must not keep back what is wrong with the manifest. */
  private ModuleDigest publish(Registry registry, ManifestFile manifest, Path module) {
    try {
      return publish(registry, file.resolveSibling(module));
    } catch (Failure failure) {
      throw failure.and(manifest.findings());
    }
  }

  private ModuleDigest publish(Registry registry, Path module) {
    byte[] content = LocalFiles.read(module, Limits.MODULE_BYTES_MAX);
    session.terminal().progress("Publishing " + module + " (" + content.length + " bytes)");
    return registry.publishIfAbsent(
        content, () -> SignedModule.read(module, content, SignedModule.signatureBeside(module)));
  }
}
