package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code leat log-level}. */
@Command(
    name = "log-level",
    description = {
      "Say from which level on lines of a function's log are kept, while it runs; without LEVEL show it.",
      "It holds on every node within a second, for all versions, and goes with the function.",
      "Examples: leat log-level mask warn",
      "leat log-level mask"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class LogLevelCommand implements Runnable {
  @Parameters(index = "0", paramLabel = "FUNCTION", description = "The function.")
  private String function;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "LEVEL",
      description = "debug (all lines), info, warn, error or off.")
  private @Nullable String level;

  private final Session session;

  LogLevelCommand(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    String path = session.tenantPath("functions", function, "log-level");
    JsonNode holds =
        level == null
            ? session.api().get(path)
            : session.api().put(path, Json.object().put("level", level));
    session
        .output()
        .done(
            holds,
            "Lines of '%s' are kept from level %s on"
                .formatted(function, holds.path("level").asText()));
  }
}
