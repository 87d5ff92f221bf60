package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.Limits;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat publish}. */
@Command(name = "publish", description = "Publish a signed module; prints its digest last.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Publish implements Runnable {
  @Parameters(paramLabel = "FILE.wasm", description = "The module.")
  private Path module;

  @Option(
      names = "--signature",
      paramLabel = "FILE",
      description = "The signature; else FILE.wasm.jws.")
  private @Nullable Path signature;

  private final Session session;

  Publish(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    byte[] content = LocalFiles.read(module, Limits.MODULE_BYTES_MAX);
    Path file = signature != null ? signature : SignedModule.signatureBeside(module);
    SignedModule signed = SignedModule.read(module, content, file);
    String tenant = session.tenant();
    session.terminal().progress("Publishing " + module + " (" + content.length + " bytes)");
    JsonNode published = new Registry(session.api(), tenant).publish(signed);
    session
        .output()
        .done(
            published,
            "Published %s %s to tenant %s"
                .formatted(
                    published.path("name").asText(), published.path("version").asText(), tenant),
            published.path("digest").asText());
  }
}
