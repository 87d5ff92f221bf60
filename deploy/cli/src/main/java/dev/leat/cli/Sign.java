package dev.leat.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.Limits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat sign}. */
@Command(name = "sign", description = "Sign a module; the signature is written beside it.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Sign implements Runnable {
  @Parameters(paramLabel = "FILE.wasm", description = "The module.")
  private Path module;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The private key; else the profile's key file in LEAT_HOME.")
  private @Nullable Path keyFile;

  @Option(
      names = "--name",
      required = true,
      paramLabel = "NAME",
      description = "What the module is published as: a-z, 0-9 and '-'.")
  private String name;

  @Option(
      names = "--version",
      required = true,
      paramLabel = "VERSION",
      description = "Which of its versions this is, such as 1.0.0.")
  private String version;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The signature's file; else FILE.wasm.jws.")
  private @Nullable Path out;

  private final Session session;

  Sign(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    byte[] content =
        SignedModule.requireModule(module, LocalFiles.read(module, Limits.MODULE_BYTES_MAX));
    PublisherJwk key = PublisherJwk.read(session.keyFile(keyFile));
    SignedModule signed = SignedModule.sign(content, name, version, key, Instant.now());
    Path file = out != null ? out : SignedModule.signatureBeside(module);
    LocalFiles.write(file, (signed.signature() + "\n").getBytes(StandardCharsets.US_ASCII));
    ObjectNode written =
        SignedModule.describe(signed.verify(key.id(), key.x()), key.id())
            .put("file", file.toString());
    session.output().done(written, "Wrote signature to " + file);
  }
}
