package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat logs}. */
@Command(
    name = "logs",
    description = {
      "Show what a function wrote to its log, the last lines that there are, or what one invocation wrote.",
      "Examples: leat logs mask -f",
      "leat logs mask --invocation 0198c1f05a7e7cc3"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Logs implements Runnable {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  @Parameters(paramLabel = "FUNCTION", description = "The function.")
  private String function;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on, and show lines as they come, until interrupted.")
  private boolean isFollowing;

  @Option(
      names = "--invocation",
      paramLabel = "ID",
      description = "Only what this invocation wrote: the response's X-Request-Id.")
  private @Nullable String invocation;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many lines at most, 1-1000; else ${DEFAULT-VALUE}.")
  private int limit = 100;

  private final Session session;

  Logs(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    if (isFollowing && !session.output().isForPeople()) {
      throw Failure.usage("--follow never ends, so it cannot be one document; leave out -o");
    }
    JsonNode lines = lines(null);
    if (!isFollowing) {
      session
          .output()
          .list(
              lines.path("items"),
              Labeled.all(lines.path("items")),
              "time",
              "version",
              "invocation",
              "level",
              "text");
      return;
    }
    while (!Thread.currentThread().isInterrupted()) {
      lines.path("items").forEach(this::print);
      if (lines.path("items").isEmpty()) {
        pause();
      }
      lines = lines(lines.path("last").asText());
    }
  }

  private JsonNode lines(@Nullable String after) {
    Map<String, @Nullable String> query = new LinkedHashMap<>();
    query.put("limit", Integer.toString(limit));
    query.put("after", after);
    String path =
        invocation == null
            ? session.tenantPath("functions", function, "logs")
            : session.tenantPath("invocations", invocation, "logs");
    return session.api().get(path + ApiClient.query(query));
  }

  private void print(JsonNode line) {
    session
        .terminal()
        .line(
            "%s v%s %s %-5s %s"
                .formatted(
                    line.path("time").asText(),
                    line.path("version").asText(),
                    line.path("invocation").asText(),
                    line.path("level").asText(),
                    line.path("text").asText()));
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK_EVERY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
