package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat issuer}. */
@Command(
    name = "issuer",
    description = "OpenID providers whose tokens a tenant takes; operators add and remove them.")
final class IssuerCommands {
  private final Session session;

  IssuerCommands(Session session) {
    this.session = session;
  }

  @Command(
      description = "Have a tenant take a provider's tokens, for operators.",
      footer = {
        "Example:",
        "  leat issuer add acme corp --issuer https://id.example.com \\",
        "    --jwks https://id.example.com/jwks --audience leat-acme \\",
        "    --map groups=staff:developer --map realm_access.roles=boss:tenant-admin"
      })
  void add(
      @Parameters(index = "0", paramLabel = "TENANT", description = "Whose.") String tenant,
      @Parameters(index = "1", paramLabel = "NAME", description = "What to call the issuer.")
          String name,
      @Option(
              names = "--issuer",
              required = true,
              paramLabel = "URL",
              description = "The 'iss' of its tokens, letter by letter.")
          String issuer,
      @Option(
              names = "--jwks",
              required = true,
              paramLabel = "URL",
              description = "Where its keys are: its discovery document's 'jwks_uri'.")
          String jwks,
      @Option(
              names = "--audience",
              required = true,
              paramLabel = "TEXT",
              description = "The 'aud' that its tokens must name; of one tenant alone.")
          String audience,
      @Option(
              names = "--map",
              required = true,
              paramLabel = "CLAIM=VALUE:ROLE",
              description = "Which role a claim's value gives; may be repeated.")
          List<RoleRule> rules) {
    ObjectNode body =
        Json.object()
            .put("name", name)
            .put("issuer", issuer)
            .put("jwks", jwks)
            .put("audience", audience);
    ArrayNode roles = body.putArray("roles");
    rules.forEach(rule ->
        roles
            .addObject()
            .put("claim", rule.claim())
            .put("value", rule.value())
            .put("role", rule.role()));
    JsonNode added = session.api().post(path(tenant), body);
    session.output().done(added, "Tenant " + tenant + " takes tokens of " + issuer);
  }

  @Command(
      description = "List the issuers whose tokens a tenant takes.",
      footer = {"Examples:", "  leat issuer list acme", "  leat issuer list -o json"})
  void list(
      @Parameters(
              paramLabel = "TENANT",
              arity = "0..1",
              description = "Whose; else the tenant that commands act for.")
          @Nullable String tenant) {
    ArrayNode issuers = session.api().list(path(tenant != null ? tenant : session.tenant()));
    session
        .output()
        .list(
            issuers,
            withRules(issuers),
            "name",
            "issuer",
            "audience",
            "roles",
            "jwks",
            "createdAt");
  }

  /** Which claims give which roles, as they are typed. */
  private static ArrayNode withRules(ArrayNode issuers) {
    ArrayNode shown = issuers.deepCopy();
    for (JsonNode issuer : shown) {
      ArrayNode rules = Json.object().arrayNode();
      issuer
          .path("roles")
          .forEach(rule ->
              rules.add(
                  new RoleRule(
                          rule.path("claim").asText(),
                          rule.path("value").asText(),
                          rule.path("role").asText())
                      .toString()));
      ((ObjectNode) issuer).set("roles", rules);
    }
    return shown;
  }

  @Command(
      description = "Have a tenant take an issuer's tokens no more, for operators.",
      footer = {"Examples:", "  leat issuer remove acme corp"})
  void remove(
      @Parameters(index = "0", paramLabel = "TENANT", description = "Whose.") String tenant,
      @Parameters(index = "1", paramLabel = "NAME", description = "As list shows it.")
          String name) {
    session.api().delete(path(tenant) + ApiClient.path(name));
    session.output().done(Json.object().put("removed", name), "Removed issuer " + name);
  }

  private static String path(String tenant) {
    return ApiClient.path("v1", "tenants", tenant, "issuers");
  }
}
