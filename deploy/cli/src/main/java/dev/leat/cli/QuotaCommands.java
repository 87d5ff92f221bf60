package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code leat quota}. */
@Command(name = "quota", description = "What a tenant may use.")
final class QuotaCommands {
  private static final String NOT_YET_ENFORCED = "notYetEnforced";

  private final Session session;

  QuotaCommands(Session session) {
    this.session = session;
  }

  @Command(description = "Show the quotas that are set.")
  void show(
      @Parameters(
              paramLabel = "TENANT",
              arity = "0..1",
              description = "Whose; else the tenant that commands act for.")
          @Nullable String tenant) {
    String whose = tenant != null ? tenant : session.tenant();
    show(whose, session.api().get(path(whose)));
  }

  @Command(
      description = {
        "Set the quotas that are named; the others stay. 'none' clears one: nothing limits it then.",
        "Names: requests-per-second, burst, concurrency, control-requests-per-second, fuel-per-hour,",
        "cpu-seconds-per-hour, memory-mb-hours, stored-bytes, modules, functions; fuel-max,",
        "memory-max-mb, timeout-max-ms, request-max-kb, response-max-kb, instances-max; fuel-default,",
        "memory-default-mb, timeout-default-ms, request-default-kb, response-default-kb. Kept, and not",
        "yet enforced:",
        "outbound-per-minute, outbound-per-hour, async-backlog."
      })
  void set(
      @Parameters(index = "0", paramLabel = "TENANT", description = "Whose.") String tenant,
      @Parameters(
              index = "1..*",
              arity = "1..*",
              paramLabel = "NAME=NUMBER|none...",
              hideParamSyntax = true,
              description = "Such as requests-per-second=1000, or burst=none.")
          Map<String, QuotaLimit> quotas) {
    ObjectNode body = Json.object();
    quotas.forEach((name, limit) -> body.put(name, limit.sent()));
    show(tenant, session.api().put(path(tenant), body));
  }

  private void show(String tenant, JsonNode quotas) {
    session
        .output()
        .thing(
            quotas,
            shown(quotas),
            "Tenant '" + tenant + "' has no quotas: only the platform limits it.");
  }

  /** Each limit on a line, with a word at those that hold nobody to anything yet. */
  private static JsonNode shown(JsonNode quotas) {
    ObjectNode shown = quotas.deepCopy();
    shown.remove(NOT_YET_ENFORCED);
    quotas
        .path(NOT_YET_ENFORCED)
        .forEach(name ->
            shown.put(name.asText(), shown.path(name.asText()).asText() + " (not yet enforced)"));
    return shown;
  }

  private static String path(String tenant) {
    return ApiClient.path("v1", "tenants", tenant, "quota");
  }
}
