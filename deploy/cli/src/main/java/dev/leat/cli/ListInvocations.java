package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.leat.contract.Outcome;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat invocations}. */
@Command(
    name = "invocations",
    description = {
      "List what ran lately, newest first, or show one.",
      "Examples: leat invocations --function mask --outcome trapped --since 24h",
      "leat invocations show 0198c1f05a7e7cc3",
      "leat invocations result 0198c1f05a7e7cc30198c1f05a7e7cc3"
    })
final class ListInvocations implements Runnable {
  /** What nothing is cancelled of any more. */
  private static final Set<String> ENDED = Set.of("done", "failed", "dead");

  @Mixin private final Which which = new Which();

  private final Session session;

  ListInvocations(Session session) {
    this.session = session;
  }

  /** Which ones. */
  static final class Which {
    @Option(names = "--function", paramLabel = "FUNCTION", description = "Only this function's.")
    @Nullable String function;

    @Option(
        names = "--outcome",
        paramLabel = "OUTCOME",
        completionCandidates = OutcomeWords.class,
        description = "Only those that ended so: ${COMPLETION-CANDIDATES}.")
    @Nullable String outcome;

    @Option(
        names = "--of-version",
        paramLabel = "VERSION",
        description = "Only this version's, such as v3.")
    @Nullable String version;

    @Option(
        names = "--module",
        paramLabel = "MODULE",
        description = "Only those of this module: " + ModuleCommands.MODULE)
    @Nullable String module;

    @Option(names = "--caller", paramLabel = "NAME", description = "Only those of this caller.")
    @Nullable String caller;

    @Option(
        names = "--since",
        paramLabel = "TIME",
        converter = PastConverter.class,
        description =
            "Only from then on: how long ago (30m, 24h, 7d), or an instant (2026-11-27T12:00:00Z).")
    @Nullable Instant since;

    @Option(
        names = "--until",
        paramLabel = "TIME",
        converter = PastConverter.class,
        description = "Only before then; likewise.")
    @Nullable Instant until;

    @Option(
        names = "--limit",
        paramLabel = "N",
        description = "How many at most, 1-200; else ${DEFAULT-VALUE}.")
    int limit = 50;

    private Map<String, @Nullable String> filters(Session session) {
      if (outcome != null && !Outcome.words().contains(outcome)) {
        throw Failure.usage(
            "--outcome must be one of %s; was '%s'"
                .formatted(String.join(", ", Outcome.words()), outcome));
      }
      Map<String, @Nullable String> filters = new LinkedHashMap<>();
      filters.put("limit", Integer.toString(limit));
      filters.put("function", function);
      filters.put("outcome", outcome);
      filters.put("version", version);
      filters.put(
          "module", module == null ? null : ModuleCommands.digest(session, module).toString());
      filters.put("caller", caller);
      filters.put("since", since == null ? null : since.toString());
      filters.put("until", until == null ? null : until.toString());
      return filters;
    }
  }

  @Override
  public void run() {
    list(which);
  }

  @Command(
      description = "List what ran lately, as without 'list'.",
      footer = "Example: leat invocations list --function mask --since 24h")
  void list(@Mixin Which which) {
    Map<String, @Nullable String> filters = which.filters(session);
    ArrayNode items = session.newest(session.tenantPath("invocations"), filters, "endedAt");
    session
        .output()
        .list(
            items,
            Labeled.all(items),
            "endedAt",
            "function",
            "version",
            "outcome",
            "fuel",
            "execMicros",
            "acquire",
            "id",
            "error");
  }

  @Command(description = "Show the record of one invocation.")
  void show(
      @Parameters(
              paramLabel = "ID",
              description =
                  "As the response's X-Request-Id, or as 'leat invoke --async' prints it.")
          String id) {
    JsonNode found = session.api().get(session.tenantPath("invocations", id));
    session.output().thing(found, Labeled.one(found), "Nothing.");
  }

  @Command(
      description = "Print what the function answered to one that was called with --async.",
      footer = "Example: leat invocations result --wait 0198c1f05a7e7cc30198c1f05a7e7cc3")
  void result(
      @Parameters(paramLabel = "ID", description = "As 'leat invoke --async' prints it.") String id,
      @Option(names = "--wait", description = "Wait until it has ended.") boolean isWaiting) {
    AwaitedResult results = new AwaitedResult(session);
    HttpResponse<byte[]> response = isWaiting ? results.of(id) : results.now(id);
    boolean isOfFunction =
        response.headers().firstValue("Leat-Error-Source").filter("function"::equals).isPresent();
    if (response.statusCode() >= 400 && !isOfFunction) {
      throw ProblemAnswer.of(response).failure();
    }
    session.output().body(response.body());
    if (response.statusCode() >= 400) {
      throw Failure.refused("The function answered with status " + response.statusCode());
    }
  }

  @Command(description = "Cancel one that was called with --async: at once, or while it runs.")
  void cancel(
      @Parameters(paramLabel = "ID", description = "As 'leat invoke --async' prints it.")
          String id) {
    JsonNode then = session.api().deleteAndGet(session.tenantPath("invocations", id));
    session.output().thing(then, Labeled.one(then), "Nothing.");
    String state = then.path("state").asText();
    if (ENDED.contains(state)) {
      session.terminal().error("It has ended: " + state);
    }
  }

  /** The words that are allowed, for the help. */
  static final class OutcomeWords implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Outcome.words().iterator();
    }
  }
}
