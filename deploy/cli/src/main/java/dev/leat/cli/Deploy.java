package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.ModuleDigest;
import java.nio.file.Path;
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

  private final Session session;

  Deploy(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    Manifest manifest = Manifest.parse("'" + file + "'", LocalFiles.readText(file));
    Registry registry = new Registry(session.api(), session.tenant());
    Manifest deployable =
        manifest
            .moduleFile()
            .map(module -> manifest.withModule(publish(registry, file.resolveSibling(module))))
            .orElse(manifest);
    session.terminal().progress("Deploying " + manifest.function());
    JsonNode version = registry.deploy(deployable);
    session
        .output()
        .done(
            version,
            version.path("url").asText(),
            version.path("function").asText() + " " + version.path("label").asText());
  }

  private ModuleDigest publish(Registry registry, Path module) {
    byte[] content = LocalFiles.read(module, LocalFiles.MODULE_BYTES_MAX);
    session.terminal().progress("Publishing " + module + " (" + content.length + " bytes)");
    return registry.publishIfAbsent(
        content, () -> SignedModule.read(module, content, SignedModule.signatureBeside(module)));
  }
}
