package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.Limits;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat publish}. */
@Command(
    name = "publish",
    description = "Publish a signed module; prints its digest last.",
    footer = {
      "Examples:",
      "  leat publish mask.wasm",
      "  leat publish mask.wasm --unsigned --name mask --version 1.0.0-dev"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Publish implements Runnable {
  @Parameters(paramLabel = "FILE.wasm", description = "The module.")
  private Path module;

  @Option(
      names = "--signature",
      paramLabel = "FILE",
      description = "The signature; else FILE.wasm.jws.")
  private @Nullable Path signature;

  @Option(
      names = "--unsigned",
      description = {
        "Without a signature, where the tenant's policy has that;",
        "with --name and --version."
      })
  private boolean isUnsigned;

  @Option(names = "--name", paramLabel = "NAME", description = "Of an unsigned module.")
  private @Nullable String name;

  @Option(names = "--version", paramLabel = "VERSION", description = "Of an unsigned module.")
  private @Nullable String version;

  private final Session session;

  Publish(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    byte[] content = LocalFiles.read(module, Limits.MODULE_BYTES_MAX);
    requireNamed();
    SignedModule signed = isUnsigned ? null : signed(content);
    String tenant = session.tenant();
    session.terminal().progress("Publishing " + module + " (" + content.length + " bytes)");
    Registry registry = new Registry(session.api(), tenant, session.terminal()::progress);
    JsonNode published =
        signed != null
            ? registry.publish(signed)
            : registry.publishUnsigned(
                content, Objects.requireNonNull(name), Objects.requireNonNull(version));
    session
        .output()
        .done(
            published,
            "Published %s %s to tenant %s"
                .formatted(
                    published.path("name").asText(), published.path("version").asText(), tenant),
            published.path("digest").asText());
  }

  private SignedModule signed(byte[] content) {
    Path file = signature != null ? signature : SignedModule.signatureBeside(module);
    return SignedModule.read(module, content, file);
  }

  private void requireNamed() {
    if (isUnsigned != (name != null && version != null)
        || (!isUnsigned && (name != null || version != null))) {
      throw Failure.usage(
          "--unsigned, --name and --version go together: a signature says name and version itself");
    }
  }
}
