package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat rollback}. */
@Command(
    name = "rollback",
    description = {
      "Send all traffic back to the version that led before what is released now.",
      "Doing it twice is as doing it once; to go back further, name the version."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Rollback implements Runnable {
  @Parameters(paramLabel = "FUNCTION", description = "Its name.")
  private String function;

  @Option(names = "--to", paramLabel = "VERSION", description = "To this one: v1, v2, ...")
  private @Nullable String to;

  private final Session session;

  Rollback(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    ObjectNode body = Json.object();
    if (to != null) {
      body.put("to", to);
    }
    JsonNode traffic =
        session.api().post(session.tenantPath("functions", function) + ":rollback", body);
    String version = traffic.path("weights").fieldNames().next();
    session.output().done(traffic, function + " " + version);
  }
}
