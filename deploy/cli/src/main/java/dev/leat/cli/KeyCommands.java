package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat key}. */
@Command(
    name = "key",
    description = "Keys that a tenant's modules are signed with.",
    footer = {
      "Examples:",
      "  leat key generate",
      "  leat key register --name laptop",
      "  leat key register new.jwk --until 2027-06-30T00:00:00Z",
      "  leat key rotate KID new.jwk --overlap 14d",
      "  leat key revoke KID"
    })
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
          @Nullable String name,
      @Option(names = "--from", paramLabel = "TIME", description = "When it may sign first.")
          @Nullable Instant from,
      @Option(names = "--until", paramLabel = "TIME", description = "When it may sign no more.")
          @Nullable Instant until) {
    ObjectNode body = PublisherJwk.read(session.keyFile(file)).publicJwk();
    if (name != null) {
      body.put("name", name);
    }
    JsonNode key = session.api().post(session.tenantPath("keys"), within(body, from, until));
    session.output().done(key, "Registered key " + key.path("kid").asText());
  }

  private static ObjectNode within(
      ObjectNode body, @Nullable Instant from, @Nullable Instant until) {
    if (from != null) {
      body.put("validFrom", from.toString());
    }
    if (until != null) {
      body.put("validUntil", until.toString());
    }
    return body;
  }

  @Command(
      description = {
        "Say when a key may sign; what is not named bounds nothing.",
        "What it signed in time stays good."
      })
  void validity(
      @Parameters(paramLabel = "KID", description = "As list shows it.") String keyId,
      @Option(names = "--from", paramLabel = "TIME", description = "When it may sign first.")
          @Nullable Instant from,
      @Option(names = "--until", paramLabel = "TIME", description = "When it may sign no more.")
          @Nullable Instant until) {
    JsonNode key = limit(keyId, from, until);
    session.output().done(key, "Key " + keyId + " may sign " + span(key));
  }

  @Command(
      description = {
        "Register another key in a key's place.",
        "Both sign for a while; what the old one signed in time stays good."
      })
  void rotate(
      @Parameters(index = "0", paramLabel = "KID", description = "Which ends, as list shows it.")
          String keyId,
      @Parameters(index = "1", paramLabel = "FILE", description = "The new key's file.") Path file,
      @Option(
              names = "--overlap",
              defaultValue = "7d",
              paramLabel = "DURATION",
              description = "How long both sign, such as 14d; else 7d.")
          Duration overlap,
      @Option(names = "--name", paramLabel = "NAME", description = "What people call the new key.")
          @Nullable String name) {
    ObjectNode body = PublisherJwk.read(file).publicJwk();
    if (name != null) {
      body.put("name", name);
    }
    if (body.path("kid").asText().equals(keyId)) {
      throw Failure.usage("File '" + file + "' holds the key that is to end: name another key");
    }
    JsonNode key = session.api().post(session.tenantPath("keys"), body);
    JsonNode ending = limit(keyId, null, Instant.now().plus(overlap));
    session
        .output()
        .done(
            key,
            "Registered key " + key.path("kid").asText(),
            "Key " + keyId + " may sign " + span(ending));
  }

  private JsonNode limit(String keyId, @Nullable Instant from, @Nullable Instant until) {
    return session
        .api()
        .put(session.tenantPath("keys", keyId, "validity"), within(Json.object(), from, until));
  }

  private static String span(JsonNode key) {
    String from = key.hasNonNull("validFrom") ? "from " + key.path("validFrom").asText() : "";
    String until = key.hasNonNull("validUntil") ? "until " + key.path("validUntil").asText() : "";
    String span = (from + " " + until).strip();
    return span.isEmpty() ? "at any time" : span;
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
            "validFrom",
            "validUntil",
            "revokedAt");
  }

  @Command(
      description = {
        "Revoke a key: nothing signed with it is published any more.",
        "What it signed before is as the policy's on-revoke says: leat policy."
      })
  void revoke(@Parameters(paramLabel = "KID", description = "As list shows it.") String keyId) {
    session.api().delete(session.tenantPath("keys", keyId));
    session.output().done(Json.object().put("revoked", keyId), "Revoked key " + keyId);
  }
}
