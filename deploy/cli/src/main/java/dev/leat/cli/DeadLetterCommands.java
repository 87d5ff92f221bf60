package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat dead-letters}. */
@Command(
    name = "dead-letters",
    description = {
      "Asynchronous calls that were given up: what they were called with, and why.",
      "They are begun anew by 'redrive', of another version too."
    })
final class DeadLetterCommands {
  private final Session session;

  DeadLetterCommands(Session session) {
    this.session = session;
  }

  /** Which ones. */
  static final class Which {
    @Option(names = "--function", paramLabel = "FUNCTION", description = "Only this function's.")
    @Nullable String function;

    @Option(
        names = "--outcome",
        paramLabel = "OUTCOME",
        description = "Only those whose last attempt ended so, such as trapped.")
    @Nullable String outcome;

    @Option(
        names = "--since",
        paramLabel = "TIME",
        converter = PastConverter.class,
        description = "Only from then on: how long ago (30m, 24h, 7d), or an instant.")
    @Nullable Instant since;

    @Option(
        names = "--until",
        paramLabel = "TIME",
        converter = PastConverter.class,
        description = "Only before then; likewise.")
    @Nullable Instant until;

    private Map<String, @Nullable String> filters() {
      Map<String, @Nullable String> filters = new LinkedHashMap<>();
      filters.put("function", function);
      filters.put("outcome", outcome);
      filters.put("since", since == null ? null : since.toString());
      filters.put("until", until == null ? null : until.toString());
      return filters;
    }
  }

  @Command(
      description = "List them, newest first.",
      footer = "Example: leat dead-letters list --function mask --since 24h")
  void list(
      @Mixin Which which,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "How many at most, 1-200; else ${DEFAULT-VALUE}.")
          int limit) {
    Map<String, @Nullable String> filters = which.filters();
    filters.put("limit", Integer.toString(limit));
    ArrayNode items = session.newest(session.tenantPath("dead-letters"), filters, "endedAt");
    session
        .output()
        .list(
            items,
            Labeled.all(items),
            "endedAt",
            "function",
            "version",
            "state",
            "outcome",
            "attempts",
            "fuel",
            "id",
            "error");
  }

  @Command(description = "Show one: its input, why it was given up, and what it logged.")
  void show(
      @Parameters(paramLabel = "ID", description = "As 'leat dead-letters list' shows it.")
          String id) {
    JsonNode found = session.api().get(session.tenantPath("dead-letters", id));
    ObjectNode shown = Labeled.one(found);
    Base64Text.read(found.path("input").path("body").asText())
        .ifPresent(text -> {
          shown.withObject("/input").remove("body");
          shown.put("body", text); // of its own: within the input it would be quoted
        });
    session.output().thing(found, shown, "Nothing.");
  }

  @Command(
      description = {
        "Begin them anew, with no attempt used: those that are named, or all that fit.",
        "Goes on until none is left; what is done when it is stopped stays done."
      },
      footer = {
        "Examples:",
        "  leat dead-letters redrive 0198c1f05a7e7cc30198c1f05a7e7cc3",
        "  leat dead-letters redrive --function mask --outcome trapped --to v3 --dry-run",
        "  leat dead-letters redrive --function mask --outcome trapped --to v3"
      })
  void redrive(
      @Parameters(paramLabel = "ID", arity = "0..*", description = "These.")
          @Nullable List<String> ids,
      @Mixin Which which,
      @Option(
              names = "--to",
              paramLabel = "VERSION",
              description = "The version or alias that runs them; else that of each.")
          @Nullable String to,
      @Option(names = "--dry-run", description = "Only say how many it would be.")
          boolean isDryRun) {
    ObjectNode choice = choice(ids, which, isDryRun);
    if (to != null) {
      choice.put("to", to);
    }
    if (isDryRun) {
      count("dead-letters:redrive", choice, "redrive", "redriven");
    } else {
      repeat("dead-letters:redrive", choice, "redriven");
    }
  }

  @Command(
      description = "Remove them: those that are named, or all that fit.",
      footer = "Example: leat dead-letters purge --until 7d")
  void purge(
      @Parameters(paramLabel = "ID", arity = "0..*", description = "These.")
          @Nullable List<String> ids,
      @Mixin Which which,
      @Option(names = "--dry-run", description = "Only say how many it would be.") boolean isDryRun,
      @Mixin Confirmation confirmation) {
    ObjectNode choice = choice(ids, which, isDryRun);
    if (isDryRun) {
      count("dead-letters:purge", choice, "remove", "removed");
    } else {
      confirmation.require(session.terminal(), "Remove dead letters for good?");
      repeat("dead-letters:purge", choice, "removed");
    }
  }

  private static ObjectNode choice(@Nullable List<String> ids, Which which, boolean isDryRun) {
    ObjectNode choice = Json.object();
    if (ids != null) {
      ids.forEach(choice.putArray("ids")::add);
    }
    which
        .filters()
        .forEach((name, value) -> {
          if (value != null) {
            choice.put(name, value);
          }
        });
    if (isDryRun) {
      choice.put("dryRun", true);
    }
    return choice;
  }

  /** How many the platform would do it to. */
  private void count(String what, ObjectNode choice, String verb, String did) {
    JsonNode first = session.api().post(session.tenantPath(what), choice);
    long all = first.path("done").asLong() + first.path("left").asLong();
    session
        .output()
        .done(
            Json.object().put("dryRun", true).put(did, 0).put("left", all),
            "would %s %d".formatted(verb, all));
  }

  /** The platform does some at a time, and says how many are left. */
  private void repeat(String what, ObjectNode choice, String did) {
    long done = 0;
    long left;
    long more;
    do {
      JsonNode progress = session.api().post(session.tenantPath(what), choice);
      more = progress.path("done").asLong();
      done += more;
      left = progress.path("left").asLong();
      if (left > 0) {
        session.terminal().progress("%s %d, left %d".formatted(did, done, left));
      }
    } while (left > 0 && more > 0);
    ObjectNode result = Json.object().put(did, done).put("left", left);
    session.output().thing(result.deepCopy().put("dryRun", false), result, "Nothing.");
  }
}
