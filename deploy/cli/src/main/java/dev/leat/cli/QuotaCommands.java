package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code leat quota}. */
@Command(
    name = "quota",
    description = "What tenants and functions may use.",
    footer = {
      "Examples:",
      "  leat quota set acme requests-per-second=1000 burst=2000",
      "  leat quota set acme --function mask concurrency=4",
      "  leat quota set --default requests-per-second=100 fuel-per-hour=1000000000000",
      "  leat quota show acme --function mask -o json"
    })
final class QuotaCommands {
  private static final String DEFAULT_PATH = ApiClient.path("v1", "quota");

  private final Session session;

  QuotaCommands(Session session) {
    this.session = session;
  }

  @Command(
      description = {
        "Show the quotas that hold, and what is left of them.",
        "Each with its limit and where that comes from; what is used and left of it on the node that",
        "answers, and when all is there again."
      },
      footer = {
        "Examples:",
        "  leat quota show acme",
        "  leat quota show --function mask -o json",
        "  leat quota show --default"
      })
  void show(
      @Parameters(
              paramLabel = "TENANT",
              arity = "0..1",
              description = "Whose; else the tenant that commands act for.")
          @Nullable String tenant,
      @Option(
              names = "--function",
              paramLabel = "F",
              description = "Those of this function, and its tenant's that hold it too.")
          @Nullable String function,
      @Option(
              names = "--default",
              description = "Those of each tenant that has none of its own for the same.")
          boolean isDefault) {
    if (isDefault) {
      requireNone(tenant, function);
      show(session.api().get(DEFAULT_PATH), "There are no default quotas.");
      return;
    }
    String whose = tenant != null ? tenant : session.tenant();
    show(session.api().get(path(whose, function)), none(whose, function));
  }

  @Command(
      description = {
        "Set the quotas that are named; the others stay. 'none' clears one: nothing limits it then.",
        "Names: requests-per-second, burst, concurrency, control-requests-per-second, fuel-per-hour,",
        "cpu-seconds-per-hour, memory-mb-hours, outbound-per-minute, outbound-per-hour, stored-bytes,",
        "modules, functions, keys, key-value-bytes, secrets, secret-bytes, async-backlog, async-bytes,",
        "connections, schedules; fuel-max, memory-max-mb, timeout-max-ms, request-max-kb, response-max-kb, instances-max; fuel-default,",
        "memory-default-mb, timeout-default-ms, request-default-kb, response-default-kb."
      },
      footer = {
        "Examples:",
        "  leat quota set acme requests-per-second=1000 burst=2000 concurrency=16",
        "  leat quota set acme burst=none",
        "  leat quota set --tenant acme --function mask concurrency=4",
        "  leat quota set --default requests-per-second=100"
      })
  void set(
      @Parameters(
              arity = "1..*",
              paramLabel = "[TENANT] NAME=NUMBER|none...",
              hideParamSyntax = true,
              description = {
                "Whose, else the tenant that commands act for;",
                "and such as requests-per-second=1000, or burst=none."
              })
          List<String> words,
      @Option(
              names = "--function",
              paramLabel = "F",
              description = "Of this function, within what its tenant may use.")
          @Nullable String function,
      @Option(
              names = "--default",
              description = "Of each tenant that has none of its own for the same.")
          boolean isDefault) {
    String tenant = words.getFirst().contains("=") ? null : words.getFirst();
    ObjectNode body = Json.object();
    limits(tenant == null ? words : words.subList(1, words.size()))
        .forEach((name, limit) -> body.put(name, limit.sent()));
    if (isDefault) {
      requireNone(tenant, function);
      session.api().put(DEFAULT_PATH, body);
      show(session.api().get(DEFAULT_PATH), "There are no default quotas.");
      return;
    }
    String whose = tenant != null ? tenant : session.tenant();
    session.api().put(path(whose, function), body);
    show(session.api().get(path(whose, function)), none(whose, function));
  }

  private static void requireNone(@Nullable String tenant, @Nullable String function) {
    if (tenant != null || function != null) {
      throw Failure.usage("--default is of all tenants: leave out the tenant and --function");
    }
  }

  private static Map<String, QuotaLimit> limits(List<String> words) {
    if (words.isEmpty()) {
      throw Failure.usage("Missing NAME=NUMBER, such as requests-per-second=1000");
    }
    Map<String, QuotaLimit> limits = new LinkedHashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        throw Failure.usage("NAME=NUMBER is expected, such as burst=10; was '" + word + "'");
      }
      try {
        limits.put(word.substring(0, equals), QuotaLimit.parse(word.substring(equals + 1)));
      } catch (TypeConversionException e) {
        throw Failure.usage(
            "Invalid value for " + word.substring(0, equals) + ": " + e.getMessage());
      }
    }
    return limits;
  }

  private void show(JsonNode quotas, String ifNone) {
    ArrayNode rows = Json.object().putArray("rows");
    quotas.path("standing").forEach(standing -> rows.add(row(standing)));
    if (rows.isEmpty()) {
      session.output().done(quotas, ifNone);
    } else {
      session.output().list(quotas, rows, "quota", "limit", "level", "used", "left", "resets");
    }
  }

  private static ObjectNode row(JsonNode standing) {
    ObjectNode row = standing.deepCopy();
    boolean isCounted = standing.has("used");
    row.put("used", isCounted ? number(standing.path("used").asDouble()) : "-");
    row.put("left", isCounted ? number(standing.path("left").asDouble()) : "-");
    row.put(
        "resets",
        standing.has("resetsSeconds")
            ? "in " + standing.path("resetsSeconds").asLong() + "s"
            : "-");
    if (!standing.path("enforced").asBoolean(true)) {
      row.put("level", standing.path("level").asText() + " (not yet enforced)");
    }
    return row;
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  private static String none(String tenant, @Nullable String function) {
    return function == null
        ? "Tenant '" + tenant + "' has no quotas: only the platform limits it."
        : "Function '" + function + "' has no quotas, nor has its tenant.";
  }

  private static String path(String tenant, @Nullable String function) {
    List<String> parts = new ArrayList<>(List.of("v1", "tenants", tenant));
    if (function != null) {
      parts.addAll(List.of("functions", function));
    }
    parts.add("quota");
    return ApiClient.path(parts.toArray(String[]::new));
  }
}
