package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat connection}. */
@Command(
    name = "connection",
    description = "Databases that a tenant's functions may reach; operators make and delete them.")
final class ConnectionCommands {
  private final Session session;

  ConnectionCommands(Session session) {
    this.session = session;
  }

  @Command(
      description = {
        "Let a tenant's functions reach a database, for operators.",
        "Functions reach it whose manifest names it: capabilities.database.connection. URL is one of",
        "  jdbc:postgresql://HOST[:PORT]/DATABASE[?sslmode=verify-full&currentSchema=NAME]",
        "  jdbc:h2:tcp://HOST[:PORT]/DATABASE, or ssl: instead of tcp:",
        "  jdbc:h2:file:NAME, jdbc:h2:mem:NAME   within the node, where it is alone",
        "H2, as a server or within the node, is for functions and servers that you trust:",
        "they can take the node's memory."
      },
      footer = {
        "Example:",
        "  leat connection create acme main --url jdbc:postgresql://db.example.com/orders \\",
        "    --user leat_acme --password-file password"
      })
  void create(
      @Parameters(index = "0", paramLabel = "TENANT", description = "Whose.") String tenant,
      @Parameters(index = "1", paramLabel = "NAME", description = "What manifests call it.")
          String name,
      @Option(
              names = "--url",
              required = true,
              paramLabel = "URL",
              description = "Where it is, without user and password.")
          String url,
      @Option(
              names = "--user",
              required = true,
              paramLabel = "USER",
              description = "Who may do there what functions need, and nothing else.")
          String user,
      @Option(
              names = "--password-file",
              paramLabel = "FILE",
              description = "Holds the user's password; else there is none.")
          @Nullable Path password) {
    ObjectNode body = Json.object().put("name", name).put("url", url).put("user", user);
    if (password != null) {
      body.put("password", LocalFiles.readText(password).stripTrailing());
    }
    JsonNode created = session.api().post(path(tenant), body);
    String trust =
        url.startsWith("jdbc:h2:")
            ? ". H2 is for functions and servers that you trust: they can take the node's memory"
            : "";
    session
        .output()
        .done(created, "Functions of tenant " + tenant + " may reach connection " + name + trust);
  }

  @Command(
      description = "List the databases that a tenant's functions may reach.",
      footer = {"Examples:", "  leat connection list acme", "  leat connection list -o json"})
  void list(
      @Parameters(
              paramLabel = "TENANT",
              arity = "0..1",
              description = "Whose; else the tenant that commands act for.")
          @Nullable String tenant) {
    session
        .output()
        .list(
            session.api().list(path(tenant != null ? tenant : session.tenant())),
            "name",
            "url",
            "user",
            "createdBy",
            "createdAt");
  }

  @Command(
      description = "Let a tenant's functions reach a database no more, for operators.",
      footer = {"Examples:", "  leat connection delete acme main"})
  void delete(
      @Parameters(index = "0", paramLabel = "TENANT", description = "Whose.") String tenant,
      @Parameters(index = "1", paramLabel = "NAME", description = "As list shows it.")
          String name) {
    session.api().delete(path(tenant) + ApiClient.path(name));
    session.output().done(Json.object().put("deleted", name), "Deleted connection " + name);
  }

  private static String path(String tenant) {
    return ApiClient.path("v1", "tenants", tenant, "connections");
  }
}
