package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
        "Begin, with the first step at once.",
        "Example: leat rollout start mask --to v3 --canary --steps 5,25,50,100 --interval 2m"
      })
  void start(
      @Parameters(paramLabel = "FUNCTION", description = "Its name.") String function,
      @Option(
              names = "--to",
              required = true,
              paramLabel = "VERSION",
              description = "What is released: v1, v2, ...")
          String to,
      @Mixin RolloutOptions release) {
    show(session.api().post(path(function), release.body(to)));
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
    show(session, rollout);
  }

  /** People see a canary's figures as a table below it. */
  static void show(Session session, JsonNode rollout) {
    if (!session.output().isForPeople() || !rollout.has("verdict")) {
      session.output().thing(rollout);
      return;
    }
    ObjectNode shown = rollout.deepCopy();
    ObjectNode verdict = (ObjectNode) shown.remove("verdict");
    JsonNode checks = verdict.remove("checks");
    session.output().thing(shown.setAll(verdict));
    session.output().list((ArrayNode) checks, "check", "control", "canary", "verdict", "reason");
  }

  private String path(String function) {
    return session.tenantPath("functions", function, "rollout");
  }
}
