package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat rollout}. */
@Command(name = "rollout", description = "Release a version step by step.")
final class RolloutCommands {
  private final Session session;

  RolloutCommands(Session session) {
    this.session = session;
  }

  @Command(
      description = {
        "Begin, with the first step at once. Example:",
        "leat rollout start mask --to v3 --steps 5,25,50,100 --interval 2m"
      })
  void start(
      @Parameters(paramLabel = "FUNCTION", description = "Its name.") String function,
      @Option(
              names = "--to",
              required = true,
              paramLabel = "VERSION",
              description = "What is released: v1, v2, ...")
          String to,
      @Option(
              names = "--steps",
              split = ",",
              paramLabel = "PERCENT",
              description = "What it gets, one after the other; else 5,25,50,100.")
          @Nullable List<BigDecimal> steps,
      @Option(
              names = "--interval",
              paramLabel = "TIME",
              description = "From one step to the next, such as 10s; else 2m.")
          @Nullable Duration interval,
      @Option(
              names = "--strategy",
              paramLabel = "STRATEGY",
              description = "rolling, or blue-green for all in one step; else rolling.")
          @Nullable String strategy) {
    ObjectNode body = Json.object().put("to", to);
    if (strategy != null) {
      body.put("strategy", strategy);
    }
    if (steps != null) {
      steps.forEach(body.putArray("steps")::add);
    }
    if (interval != null) {
      body.put("intervalSeconds", interval.toSeconds());
    }
    show(session.api().post(path(function), body));
  }

  @Command(description = "Show the one that is under way, or was the last.")
  void status(@Parameters(paramLabel = "FUNCTION", description = "Its name.") String function) {
    show(session.api().get(path(function)));
  }

  @Command(description = "Take no more steps until it is resumed.")
  void pause(@Parameters(paramLabel = "FUNCTION", description = "Its name.") String function) {
    act(function, "pause");
  }

  @Command(description = "Go on; the next step is a whole interval away.")
  void resume(@Parameters(paramLabel = "FUNCTION", description = "Its name.") String function) {
    act(function, "resume");
  }

  @Command(description = "Give the version all traffic at once.")
  void promote(@Parameters(paramLabel = "FUNCTION", description = "Its name.") String function) {
    act(function, "promote");
  }

  @Command(description = "Give it up: others get their traffic back.")
  void abort(@Parameters(paramLabel = "FUNCTION", description = "Its name.") String function) {
    act(function, "abort");
  }

  private void act(String function, String verb) {
    show(session.api().post(path(function) + ":" + verb));
  }

  private void show(JsonNode rollout) {
    session.output().thing(rollout);
  }

  private String path(String function) {
    return session.tenantPath("functions", function, "rollout");
  }
}
