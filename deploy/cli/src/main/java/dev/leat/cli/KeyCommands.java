package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat key}. */
@Command(name = "key", description = "Keys that a tenant's modules are signed with.")
final class KeyCommands {
  private final Session session;

  KeyCommands(Session session) {
    this.session = session;
  }

  @Command(description = "Generate an Ed25519 key pair into a file that only you can read.")
  void generate(
      @Option(
              names = "--out",
              paramLabel = "FILE",
              description = "Where to; else the profile's key file in LEAT_HOME.")
          @Nullable Path out,
      @Option(names = "--force", description = "Overwrite the file; the key in it is lost.")
          boolean force) {
    Path file = session.keyFile(out);
    if (!force && Files.exists(file)) {
      throw Failure.refused(
          "File '"
              + file
              + "' exists already. Choose another with --out, or add --force: the key in"
              + " it is lost then.");
    }
    PublisherJwk key = PublisherJwk.generate();
    key.writePrivate(file, force);
    session
        .output()
        .done(
            Json.object().put("kid", key.id()).put("file", file.toString()),
            "Wrote key " + key.id() + " to " + file);
  }

  @Command(description = "Register a key's public part with the tenant.")
  void register(
      @Parameters(
              paramLabel = "FILE",
              arity = "0..1",
              description = "The key's file; else the profile's key file in LEAT_HOME.")
          @Nullable Path file,
      @Option(names = "--name", paramLabel = "NAME", description = "What people call the key.")
          @Nullable String name) {
    ObjectNode body = PublisherJwk.read(session.keyFile(file)).publicJwk();
    if (name != null) {
      body.put("name", name);
    }
    JsonNode key = session.api().post(session.tenantPath("keys"), body);
    session.output().done(key, "Registered key " + key.path("kid").asText());
  }

  @Command(description = "List the registered keys.")
  void list() {
    session
        .output()
        .list(
            session.api().list(session.tenantPath("keys")),
            "kid",
            "name",
            "createdAt",
            "revokedAt");
  }

  @Command(description = "Revoke a key: modules signed with it are no longer accepted.")
  void revoke(@Parameters(paramLabel = "KID", description = "As list shows it.") String keyId) {
    session.api().delete(session.tenantPath("keys", keyId));
    session.output().done(Json.object().put("revoked", keyId), "Revoked key " + keyId);
  }
}
