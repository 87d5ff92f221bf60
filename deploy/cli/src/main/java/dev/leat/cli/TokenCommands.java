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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat token}. */
@Command(name = "token", description = "Tokens that speak for a tenant, or for the operators.")
final class TokenCommands {
  private static final String OPERATOR = "operator";

  private final Session session;

  TokenCommands(Session session) {
    this.session = session;
  }

  @Command(
      description = "Create a token and print it alone, or write it; it is shown this once.",
      footer = {
        "Examples:",
        "  leat token create --tenant acme --role developer --ttl 8h --out dev.token",
        "  leat token create --role invoker --functions 'mask,report-*' --ttl 30d",
        "  leat token create --role operator --subject ann --ttl 30d --out ann.token"
      })
  void create(
      @Option(
              names = "--role",
              required = true,
              paramLabel = "ROLE",
              description =
                  "tenant-admin, developer or invoker; may be repeated. Or operator, alone and of no"
                      + " tenant. docs/OPERATING.md says what each may.")
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
    boolean isOperators = roles.contains(OPERATOR);
    if (isOperators && (roles.size() > 1 || functions != null)) {
      throw Failure.usage("An operator's token has no other role and is for no --functions.");
    }
    ObjectNode body = Json.object();
    if (!isOperators) {
      roles.forEach(body.putArray("roles")::add);
    }
    if (functions != null) {
      functions.forEach(body.putArray("functions")::add);
    }
    body.put("ttlSeconds", ttl.toSeconds());
    if (subject != null) {
      body.put("subject", subject);
    }
    JsonNode created = session.api().post(path(isOperators), body);
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
      description = "List the tokens that have not expired, newest first, revoked ones among them.",
      footer = {"Examples:", "  leat token list --tenant acme", "  leat token list --operator"})
  void list(@Mixin Whose whose) {
    ArrayNode tokens = session.api().list(path(whose.isOperators));
    session
        .output()
        .list(
            tokens,
            withAllFunctions(tokens),
            "id",
            "subject",
            "roles",
            "functions",
            "issuedAt",
            "expiresAt",
            "revoked");
  }

  /** What is left out in documents, people are told. */
  private static ArrayNode withAllFunctions(ArrayNode tokens) {
    ArrayNode shown = tokens.deepCopy();
    for (JsonNode token : shown) {
      if (!token.has("functions")) {
        ((ObjectNode) token).put("functions", "all");
      }
    }
    return shown;
  }

  @Command(
      description =
          "Revoke a token: at once on the node that is asked, on every other within a second.",
      footer = {
        "Examples:",
        "  leat token revoke 3f1c1f0a-1f64-4d54-9d0e-0c8a3c1c5b1e --tenant acme",
        "  leat token revoke 3f1c1f0a-1f64-4d54-9d0e-0c8a3c1c5b1e --operator"
      })
  void revoke(
      @Parameters(paramLabel = "ID", description = "As list shows it.") String id,
      @Mixin Whose whose) {
    session.api().delete(path(whose.isOperators) + ApiClient.path(id));
    session.output().done(Json.object().put("revoked", id), "Revoked token " + id);
  }

  private String path(boolean isOperators) {
    return isOperators ? ApiClient.path("v1", "tokens") : session.tenantPath("tokens");
  }

  /** Whose tokens are meant. */
  static final class Whose {
    @Option(
        names = "--operator",
        description = "Those of the platform's operators, not a tenant's.")
    private boolean isOperators;
  }
}
