package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code leat tenant}: for operators. */
@Command(name = "tenant", description = "Tenants of the installation, for operators.")
final class TenantCommands {
  private final Session session;

  TenantCommands(Session session) {
    this.session = session;
  }

  @Command(description = "Create a tenant.")
  void create(@Parameters(paramLabel = "TENANT", description = "a-z, 0-9 and '-'") String name) {
    JsonNode tenant =
        session.api().post(ApiClient.path("v1", "tenants"), Json.object().put("name", name));
    session.output().done(tenant, "Created tenant " + name);
  }

  @Command(description = "List all tenants.")
  void list() {
    session.output().list(session.api().list(ApiClient.path("v1", "tenants")), "name", "createdAt");
  }

  @Command(description = "Show a tenant.")
  void show(@Parameters(paramLabel = "TENANT", description = "Its name.") String name) {
    session.output().thing(session.api().get(ApiClient.path("v1", "tenants", name)));
  }

  @Command(description = "Delete a tenant with its functions, modules, keys and tokens.")
  void delete(
      @Parameters(paramLabel = "TENANT", description = "Its name.") String name,
      @Mixin Confirmation confirmation) {
    confirmation.require(
        session.terminal(),
        "Delete tenant '" + name + "' with its functions, modules, keys and tokens?");
    session.api().delete(ApiClient.path("v1", "tenants", name));
    session.output().done(Json.object().put("deleted", name), "Deleted tenant " + name);
  }
}
