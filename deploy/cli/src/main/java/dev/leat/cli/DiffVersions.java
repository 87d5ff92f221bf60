package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code leat diff}. */
@Command(
    name = "diff",
    description = {
      "Show what differs between two versions of a function.",
      "The module, limits, capabilities and all else of the manifest."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class DiffVersions implements Runnable {
  @Parameters(index = "0", paramLabel = "FUNCTION", description = "Its name.")
  private String function;

  @Parameters(index = "1", paramLabel = "FROM", description = "v1, v2, ...")
  private String from;

  @Parameters(index = "2", paramLabel = "TO", description = "v1, v2, ...")
  private String to;

  private final Session session;

  DiffVersions(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    Map<String, String> before = said(from);
    Map<String, String> after = said(to);
    ArrayNode differences = Json.object().arrayNode();
    TreeSet<String> all = new TreeSet<>(before.keySet());
    all.addAll(after.keySet());
    for (String at : all) {
      if (!Objects.equals(before.get(at), after.get(at))) {
        ObjectNode difference = differences.addObject().put("at", at);
        difference.put("from", before.get(at)).put("to", after.get(at));
      }
    }
    session.output().differences(differences, from, to);
  }

  /** What a version says, each value by its place. */
  private Map<String, String> said(String label) {
    JsonNode version =
        session.api().get(session.tenantPath("functions", function, "versions", label));
    Map<String, String> said = new TreeMap<>();
    flatten("", version.path("manifest"), said);
    String digest = version.path("module").asText();
    said.put("module.digest", digest);
    said.put(
        "module.bytes",
        session.api().get(session.tenantPath("modules", digest)).path("size").asText());
    return said;
  }

  /** A list is one value: what is allowed is read as a whole. */
  private static void flatten(String at, JsonNode value, Map<String, String> into) {
    if (value.isObject()) {
      value
          .properties()
          .forEach(member ->
              flatten(
                  at.isEmpty() ? member.getKey() : at + "." + member.getKey(),
                  member.getValue(),
                  into));
    } else {
      into.put(at, value.isValueNode() ? value.asText() : value.toString());
    }
  }
}
