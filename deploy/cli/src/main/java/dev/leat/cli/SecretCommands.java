package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat secret}. No value is ever an argument, which others of the machine could read. */
@Command(
    name = "secret",
    description = "What a tenant's functions are told, and nobody else: keys, passwords, tokens.")
final class SecretCommands {
  private static final String STANDARD_INPUT = "-";

  /** As the platform takes them. */
  private static final int VALUE_BYTES_MAX = 64 << 10;

  private final Session session;

  SecretCommands(Session session) {
    this.session = session;
  }

  @Command(
      description = {
        "Set a secret, or another value of it.",
        "It is taken as it is, a line's end at its end included: printf, not echo. Functions that name it",
        "in their manifests get it within a second."
      },
      footer = {
        "Examples:",
        "  leat secret set stripe-key --from-file stripe.key",
        "  printf %%s \"$KEY\" | leat secret set stripe-key --from-file -"
      })
  void set(
      @Parameters(paramLabel = "NAME", description = "What functions ask for it by.") String name,
      @Option(
              names = "--from-file",
              required = true,
              paramLabel = "FILE",
              description = "Holds the value, 1-65536 bytes; - for standard input.")
          String file) {
    JsonNode secret = session.api().put(path(name), value(file), null);
    session.output().done(secret, "Set " + told(secret));
  }

  @Command(
      description = {
        "Give a secret that is there another value.",
        "Functions get it within a second, without being deployed again."
      },
      footer = {"Examples:", "  leat secret rotate stripe-key --from-file stripe.key"})
  void rotate(
      @Parameters(paramLabel = "NAME", description = "As list shows it.") String name,
      @Option(
              names = "--from-file",
              required = true,
              paramLabel = "FILE",
              description = "Holds the value, 1-65536 bytes; - for standard input.")
          String file) {
    JsonNode secret = session.api().put(path(name), value(file), "*");
    session.output().done(secret, "Rotated " + told(secret));
  }

  @Command(
      description = "List the secrets, without their values: nobody can read these again.",
      footer = {"Examples:", "  leat secret list", "  leat secret list -o json"})
  void list() {
    session
        .output()
        .list(
            session.api().list(session.tenantPath("secrets")),
            "name",
            "version",
            "bytes",
            "createdAt",
            "changedAt",
            "changedBy");
  }

  @Command(
      description = "Delete a secret. Functions that ask for it are told that it is absent.",
      footer = {"Examples:", "  leat secret delete stripe-key"})
  void delete(@Parameters(paramLabel = "NAME", description = "As list shows it.") String name) {
    session.api().delete(path(name));
    session.output().done(Json.object().put("deleted", name), "Deleted secret " + name);
  }

  private byte[] value(String file) {
    return file.equals(STANDARD_INPUT)
        ? session.terminal().readAll(VALUE_BYTES_MAX)
        : LocalFiles.read(Path.of(file), VALUE_BYTES_MAX);
  }

  private String path(String name) {
    return session.tenantPath("secrets") + ApiClient.path(name);
  }

  private static String told(JsonNode secret) {
    return "secret %s, version %d, %d bytes"
        .formatted(
            secret.path("name").asText(),
            secret.path("version").asLong(),
            secret.path("bytes").asInt());
  }
}
