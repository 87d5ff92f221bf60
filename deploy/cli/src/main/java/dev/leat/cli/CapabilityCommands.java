package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat caps}. */
@Command(
    name = "caps",
    description = {
      "What a function asked of the host lately: hosts, tables, keys, names, and how often.",
      "Counted are all its versions, on all nodes, on the last days (UTC)."
    })
final class CapabilityCommands {
  private static final String DAYS = "How many days count, today included: 1-30, else 7.";

  private final Session session;

  CapabilityCommands(Session session) {
    this.session = session;
  }

  @Command(
      description = {
        "Show what the function asked for, and how often it was done or denied.",
        "Names that are many count together: default/cart:*"
      },
      footer = {
        "Examples:",
        "  leat caps used enrich",
        "  leat caps used enrich --days 30 -o json"
      })
  void used(
      @Parameters(paramLabel = "FUNCTION", description = "Its name.") String function,
      @Option(names = "--days", paramLabel = "DAYS", description = DAYS) @Nullable Integer days) {
    JsonNode review = review(function, days);
    ArrayNode used = (ArrayNode) review.path("used");
    session.output().list(review, used, "type", "resource", "allowed", "denied");
    if (session.output().isForPeople() && used.isEmpty()) {
      session
          .terminal()
          .line("It has asked for nothing since " + review.path("since").asText() + ".");
    }
  }

  @Command(
      description = {
        "Print the smallest spec.capabilities that allows what the function was allowed lately.",
        "Say more days if it has work that is seldom done."
      },
      footer = {"Examples:", "  leat caps suggest enrich", "  leat caps suggest enrich --days 30"})
  void suggest(
      @Parameters(paramLabel = "FUNCTION", description = "Its name.") String function,
      @Option(names = "--days", paramLabel = "DAYS", description = DAYS) @Nullable Integer days) {
    JsonNode review = review(function, days);
    if (session.output().isForPeople()) {
      yaml(review).lines().forEach(session.terminal()::line);
    } else {
      session.output().done(review, "");
    }
  }

  private JsonNode review(String function, @Nullable Integer days) {
    Map<String, @Nullable String> query = new LinkedHashMap<>();
    query.put("days", days == null ? null : days.toString());
    return session
        .api()
        .get(session.tenantPath("functions", function, "capabilities") + ApiClient.query(query));
  }

  /** JSON stands in YAML as it is. */
  private static String yaml(JsonNode review) {
    StringBuilder text =
        new StringBuilder(
            "# What %s used since %s, of the manifest of %s."
                .formatted(
                    review.path("function").asText(),
                    review.path("since").asText(),
                    review.path("version").asText()));
    String unused = joined(review.path("unused"));
    text.append(unused.isEmpty() ? "" : "\n# Not used: " + unused);
    JsonNode suggested = review.path("suggested");
    text.append("\n  capabilities:").append(suggested.isEmpty() ? " {}" : "");
    suggested
        .properties()
        .forEach(grant ->
            text.append("\n    ").append(grant.getKey()).append(": ").append(grant.getValue()));
    String denied =
        StreamSupport.stream(review.path("used").spliterator(), false)
            .filter(use -> use.path("denied").asLong() > 0)
            .map(use -> use.path("type").asText() + " " + use.path("resource").asText())
            .collect(Collectors.joining(", "));
    text.append(denied.isEmpty() ? "" : "\n# Asked for and denied: " + denied);
    return text.toString();
  }

  private static String joined(JsonNode texts) {
    return StreamSupport.stream(texts.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining(", "));
  }
}
