package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.Limits;
import dev.leat.registry.key.Statement;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat verify}. */
@Command(name = "verify", description = "Check a module's digest, size and signature.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Verify implements Runnable {
  @Parameters(paramLabel = "FILE.wasm", description = "The module.")
  private Path module;

  @Option(
      names = "--publisher",
      required = true,
      paramLabel = "KEY.jwk|TENANT",
      description =
          "Whose signature is accepted: a key file, or a tenant with its registered keys.")
  private String publisher;

  @Option(
      names = "--signature",
      paramLabel = "FILE",
      description = "The signature; else FILE.wasm.jws.")
  private @Nullable Path signature;

  private final Session session;

  Verify(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    byte[] content = LocalFiles.read(module, Limits.MODULE_BYTES_MAX);
    Path file = signature != null ? signature : SignedModule.signatureBeside(module);
    SignedModule signed = SignedModule.read(module, content, file);
    String keyId = signed.keyId();
    Statement statement =
        isFile() ? verify(signed, PublisherJwk.read(Path.of(publisher))) : verify(signed, keyId);
    session
        .output()
        .done(
            SignedModule.describe(statement, keyId),
            "Verified %s %s, signed with key %s at %s"
                .formatted(statement.name(), statement.version(), keyId, statement.issuedAt()),
            statement.digest().toString());
  }

  private boolean isFile() {
    return publisher.endsWith(".jwk") || Files.exists(Path.of(publisher));
  }

  private static Statement verify(SignedModule signed, PublisherJwk key) {
    return signed.verify(key.id(), key.x());
  }

  /** By the key of this id that the publisher, a tenant, has registered. */
  private Statement verify(SignedModule signed, String keyId) {
    for (JsonNode key : session.api().list(ApiClient.path("v1", "tenants", publisher, "keys"))) {
      if (key.path("kid").asText().equals(keyId)) {
        if (key.hasNonNull("revokedAt")) {
          throw Failure.refused(
              "The module is signed with key '%s', which tenant '%s' revoked at %s"
                  .formatted(keyId, publisher, key.path("revokedAt").asText()));
        }
        return signed.verify(keyId, key.path("x").asText());
      }
    }
    throw Failure.refused(
        "The module is signed with key '%s', which tenant '%s' has not registered"
            .formatted(keyId, publisher));
  }
}
