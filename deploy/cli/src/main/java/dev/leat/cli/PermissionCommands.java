package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat permissions}. */
@Command(
    name = "permissions",
    description = {
      "What a function may ask of the host, whichever its version.",
      "What holds is what its manifest grants, its permissions allow, and its tenant may grant."
    })
final class PermissionCommands {
  private final Session session;

  PermissionCommands(Session session) {
    this.session = session;
  }

  @Command(
      description = "Show what the manifest grants, and the permissions that are set.",
      footer = {
        "Examples:",
        "  leat permissions show mask",
        "  leat permissions show mask -o json"
      })
  void show(@Parameters(paramLabel = "FUNCTION", description = "Its name.") String function) {
    tell(session.api().get(path(function)));
  }

  @Command(
      description = {
        "Set what the function may, and nothing else, whatever its manifest grants.",
        "PERMISSION is TYPE for all, or TYPE=RESOURCE, in which * stands for any characters but '/'",
        "and ** for any. Types and resources:",
        "  http:read, http:write          URLs without query: https://*.example.com/orders/**",
        "  database:read, database:write  connection/table",
        "  keyvalue:read, keyvalue:write  namespace/key",
        "  logging                        debug, info, warn, error",
        "  metrics, config, secrets       names of metrics, keys of config, secrets"
      },
      footer = {
        "Examples:",
        "  leat permissions set mask logging http:read=https://api.example.com/public/**",
        "  leat permissions set mask keyvalue:read=default/** keyvalue:write=default/sessions:*",
        "  leat permissions set mask --none"
      })
  void set(
      @Parameters(index = "0", paramLabel = "FUNCTION", description = "Its name.") String function,
      @Parameters(
              index = "1..*",
              arity = "0..*",
              paramLabel = "PERMISSION",
              description = "TYPE or TYPE=RESOURCE; those that are set go.")
          @Nullable List<String> permissions,
      @Option(names = "--none", description = "Nothing at all.") boolean isNothing) {
    List<String> wanted = permissions == null ? List.of() : permissions;
    if (wanted.isEmpty() != isNothing) {
      throw Failure.usage(
          "Name what the function may, such as http:read=https://api.example.com/**, or --none for"
              + " nothing. 'leat permissions clear' lets it what its manifest grants.");
    }
    ObjectNode body = Json.object();
    ArrayNode list = body.putArray("permissions");
    wanted.forEach(permission -> write(permission, list.addObject()));
    tell(session.api().put(path(function), body));
  }

  private static void write(String permission, ObjectNode to) {
    int equals = permission.indexOf('=');
    to.put("type", equals < 0 ? permission : permission.substring(0, equals));
    if (equals >= 0) {
      to.put("resource", permission.substring(equals + 1));
    }
  }

  @Command(
      description = "Take the permissions away: what the manifest grants holds.",
      footer = {"Examples:", "  leat permissions clear mask"})
  void clear(@Parameters(paramLabel = "FUNCTION", description = "Its name.") String function) {
    tell(session.api().deleteAndGet(path(function)));
  }

  @Command(
      description = "Say whether a request would be allowed, and what denies it.",
      footer = {
        "Examples:",
        "  leat permissions check mask http:read https://api.example.com/x",
        "  leat permissions check mask keyvalue:write default/sessions:7 --version v2"
      })
  void check(
      @Parameters(index = "0", paramLabel = "FUNCTION", description = "Its name.") String function,
      @Parameters(index = "1", paramLabel = "TYPE", description = "Such as http:read.") String type,
      @Parameters(index = "2", paramLabel = "RESOURCE", description = "What it is about, in full.")
          String resource,
      @Option(
              names = "--version",
              paramLabel = "VERSION",
              description = "By which version; else by the one with most of the traffic.")
          @Nullable String version) {
    Map<String, @Nullable String> query = new LinkedHashMap<>();
    query.put("type", type);
    query.put("resource", resource);
    query.put("version", version);
    JsonNode decision = session.api().get(path(function) + ":check" + ApiClient.query(query));
    session
        .output()
        .done(
            decision,
            decision.path("allowed").asBoolean()
                ? "allowed"
                : "denied: " + why(decision.path("by").asText()));
  }

  private static String why(String by) {
    return switch (by) {
      case "resource" -> "the resource is none that can be asked for";
      case "manifest" -> "the manifest does not grant it (spec.capabilities)";
      case "tenant" -> "the tenant may not grant it (leat tenant powers)";
      case "permissions" -> "the function's permissions do not allow it (leat permissions set)";
      default -> by;
    };
  }

  private void tell(JsonNode standing) {
    ArrayNode rows = Json.object().arrayNode();
    add(standing.path("manifest"), "manifest", rows);
    add(standing.path("permissions"), "permissions", rows);
    session.output().list(standing, rows, "from", "type", "resource");
    if (!session.output().isForPeople()) {
      return;
    }
    if (!standing.has("permissions")) {
      session.terminal().line("No permissions are set: what the manifest grants holds.");
    } else if (standing.path("permissions").isEmpty()) {
      session.terminal().line("The permissions allow nothing.");
    }
    JsonNode denied = standing.path("denied");
    if (!denied.isEmpty()) {
      String types =
          StreamSupport.stream(denied.spliterator(), false)
              .map(JsonNode::asText)
              .collect(Collectors.joining(", "));
      session.terminal().line("Granted by the manifest in vain: " + types);
    }
  }

  private static void add(JsonNode permissions, String from, ArrayNode rows) {
    for (JsonNode permission : permissions) {
      rows.addObject()
          .put("from", from)
          .put("type", permission.path("type").asText())
          .put("resource", permission.path("resource").asText());
    }
  }

  private String path(String function) {
    return session.tenantPath("functions", function, "permissions");
  }
}
