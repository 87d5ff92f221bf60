package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
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
    byte[] content = LocalFiles.read(module, LocalFiles.MODULE_BYTES_MAX);
    Path file = signature != null ? signature : SignedModule.signatureBeside(module);
    SignedModule signed = SignedModule.read(module, content, file);
    Statement statement = signed.verify(publisherKey(signed.keyId()));
    session
        .output()
        .done(
            statement.json().put("keyId", signed.keyId()),
            "Verified "
                + statement.name()
                + " "
                + statement.version()
                + ", signed with key "
                + signed.keyId()
                + " at "
                + statement.issuedAt(),
            statement.digest().toString());
  }

  private PublisherKey publisherKey(String keyId) {
    Path file = Path.of(publisher);
    return publisher.endsWith(".jwk") || Files.exists(file)
        ? PublisherKey.read(file)
        : registeredKey(publisher, keyId);
  }

  private PublisherKey registeredKey(String tenant, String keyId) {
    for (JsonNode key : session.api().list(ApiClient.path("v1", "tenants", tenant, "keys"))) {
      if (key.path("kid").asText().equals(keyId)) {
        if (key.hasNonNull("revokedAt")) {
          throw Failure.refused(
              "The module is signed with key '%s', which tenant '%s' revoked at %s"
                  .formatted(keyId, tenant, key.path("revokedAt").asText()));
        }
        return PublisherKey.ofPublic(keyId, key.path("x").asText());
      }
    }
    throw Failure.refused(
        "The module is signed with key '%s', which tenant '%s' has not registered"
            .formatted(keyId, tenant));
  }
}
