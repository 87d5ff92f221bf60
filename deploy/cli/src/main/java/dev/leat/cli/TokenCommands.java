package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat token}. */
@Command(name = "token", description = "Tokens that speak for a tenant.")
final class TokenCommands {
  private final Session session;

  TokenCommands(Session session) {
    this.session = session;
  }

  @Command(description = "Create a token and print it alone, or write it; it is shown this once.")
  void create(
      @Option(
              names = "--role",
              required = true,
              paramLabel = "ROLE",
              description =
                  "tenant-admin, developer or invoker; may be repeated. docs/OPERATING.md says what"
                      + " each may.")
          List<String> roles,
      @Option(
              names = "--ttl",
              defaultValue = "1h",
              paramLabel = "TIME",
              description = "How long it is valid: 30s, 15m, 1h, 7d; else ${DEFAULT-VALUE}.")
          Duration ttl,
      @Option(
              names = "--functions",
              split = ",",
              paramLabel = "NAME",
              description =
                  "Limit it to functions: names or globs, such as 'mask,report-*'. Developers and"
                      + " invokers only.")
          @Nullable List<String> functions,
      @Option(
              names = "--subject",
              paramLabel = "NAME",
              description = "Who holds it, as list and whoami show.")
          @Nullable String subject,
      @Option(
              names = "--out",
              paramLabel = "FILE",
              description = "Write it to a file that only you can read, and print none.")
          @Nullable Path out) {
    ObjectNode body = Json.object();
    ArrayNode roleNames = body.putArray("roles");
    roles.forEach(roleNames::add);
    if (functions != null) {
      functions.forEach(body.putArray("functions")::add);
    }
    body.put("ttlSeconds", ttl.toSeconds());
    if (subject != null) {
      body.put("subject", subject);
    }
    JsonNode created = session.api().post(session.tenantPath("tokens"), body);
    String token = created.path("token").asText();
    if (out == null) {
      session.output().done(created, token);
      return;
    }
    LocalFiles.writePrivate(out, (token + "\n").getBytes(StandardCharsets.US_ASCII));
    String expiresAt = created.path("expiresAt").asText();
    session
        .output()
        .done(
            Json.object()
                .put("id", created.path("id").asText())
                .put("expiresAt", expiresAt)
                .put("file", out.toString()),
            "Wrote a token that is valid until " + expiresAt + " to " + out);
  }

  @Command(
      description = "List the tokens that have not expired, newest first, revoked ones among them.")
  void list() {
    session
        .output()
        .list(
            session.api().list(session.tenantPath("tokens")),
            "id",
            "subject",
            "roles",
            "functions",
            "issuedAt",
            "expiresAt",
            "revoked");
  }

  @Command(description = "Revoke a token.")
  void revoke(@Parameters(paramLabel = "ID", description = "As list shows it.") String id) {
    session.api().delete(session.tenantPath("tokens", id));
    session.output().done(Json.object().put("revoked", id), "Revoked token " + id);
  }
}
