package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat tenant}: for operators. */
@Command(name = "tenant", description = "Tenants of the installation, for operators.")
final class TenantCommands {
  private final Session session;

  TenantCommands(Session session) {
    this.session = session;
  }

  @Command(
      description = "Create a tenant.",
      footer = {"Examples:", "  leat tenant create acme"})
  void create(@Parameters(paramLabel = "TENANT", description = "a-z, 0-9 and '-'") String name) {
    JsonNode tenant =
        session.api().post(ApiClient.path("v1", "tenants"), Json.object().put("name", name));
    session.output().done(tenant, "Created tenant " + name);
  }

  @Command(
      description = "List all tenants, by name.",
      footer = {"Examples:", "  leat tenant list", "  leat tenant list -o json"})
  void list() {
    session
        .output()
        .list(session.api().list(ApiClient.path("v1", "tenants")), "name", "state", "createdAt");
  }

  @Command(
      description = "Show a tenant.",
      footer = {"Examples:", "  leat tenant show acme"})
  void show(@Parameters(paramLabel = "TENANT", description = "Its name.") String name) {
    session.output().thing(session.api().get(path(name)));
  }

  @Command(
      description = {
        "Suspend a tenant: until it is resumed its functions and tokens answer 403 tenant-suspended.",
        "What runs already ends by its deadline. Operators go on administering it."
      },
      footer = {"Examples:", "  leat tenant suspend acme", "  leat tenant resume acme"})
  void suspend(@Parameters(paramLabel = "TENANT", description = "Its name.") String name) {
    JsonNode tenant = session.api().post(path(name) + ":suspend");
    session.output().done(tenant, "Suspended tenant " + name);
  }

  @Command(
      description = {
        "Show or set the powers that a tenant's functions may be granted.",
        "What was deployed with others has them no more, within a second.",
        "What is not named stays as it is."
      },
      footer = {
        "Examples:",
        "  leat tenant powers acme",
        "  leat tenant powers acme --allow logging,config",
        "  leat tenant powers acme --private 10.1.0.0/16,10.2.3.4:8443"
      })
  void powers(
      @Parameters(paramLabel = "TENANT", description = "Its name.") String name,
      @Option(
              names = "--allow",
              paramLabel = "POWER[,POWER...]|all|none",
              description = {
                "These and no others: logging, metrics, config,",
                "http, keyValue, database, secrets."
              })
          @Nullable String allow,
      @Option(
              names = "--private",
              paramLabel = "ADDRESS[,ADDRESS...]|none",
              description = {
                "Private addresses that its functions may reach by HTTP,",
                "with a port where only that is meant."
              })
          @Nullable String addresses) {
    String path = path(name) + "/powers";
    JsonNode powers =
        allow == null && addresses == null
            ? session.api().get(path)
            : session.api().put(path, sent(path, allow, addresses));
    String all = "Tenant '" + name + "' may grant its functions every power.";
    session.output().thing(powers, powers, all);
  }

  private JsonNode sent(String path, @Nullable String allow, @Nullable String addresses) {
    ObjectNode body = Json.object();
    if (allow == null || addresses == null) {
      JsonNode before = session.api().get(path);
      before.properties().forEach(each -> body.set(each.getKey(), each.getValue()));
    }
    put(body, "allow", allow, "all");
    put(body, "privateAddresses", addresses, "");
    return body;
  }

  /** Sets a list; the word that stands for its absence takes it away. */
  private static void put(ObjectNode body, String key, @Nullable String list, String absent) {
    if (list == null) {
      return;
    }
    body.remove(key);
    if (!list.equals(absent)) {
      ArrayNode words = body.putArray(key);
      List.of(list.equals("none") ? new String[0] : list.split(",", -1)).forEach(words::add);
    }
  }

  @Command(
      description = "End a tenant's suspension.",
      footer = {"Examples:", "  leat tenant resume acme"})
  void resume(@Parameters(paramLabel = "TENANT", description = "Its name.") String name) {
    JsonNode tenant = session.api().post(path(name) + ":resume");
    session.output().done(tenant, "Resumed tenant " + name);
  }

  @Command(
      description = {
        "Delete a tenant with its functions, modules, keys and tokens.",
        "While it has functions that is refused, unless forced; nothing is deployed to it meanwhile."
      },
      footer = {
        "Examples:",
        "  leat tenant delete acme",
        "  leat tenant delete acme --force --yes"
      })
  void delete(
      @Parameters(paramLabel = "TENANT", description = "Its name.") String name,
      @Option(names = "--force", description = "Also while it has functions.") boolean isForced,
      @Mixin Confirmation confirmation) {
    confirmation.require(
        session.terminal(),
        "Delete tenant '" + name + "' with its functions, modules, keys and tokens?");
    session.api().delete(path(name) + (isForced ? "?force=true" : ""));
    session.output().done(Json.object().put("deleted", name), "Deleted tenant " + name);
  }

  private static String path(String tenant) {
    return ApiClient.path("v1", "tenants", tenant);
  }
}
