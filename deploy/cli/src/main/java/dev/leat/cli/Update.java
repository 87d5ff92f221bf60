package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat update}. */
@Command(
    name = "update",
    description = {
      "Deploy a new version of a function and release it step by step.",
      "It takes the place of a rollout that is under way. A function that has no",
      "traffic yet gets it at once. Example:",
      "leat update mask -f leat.yaml --strategy canary"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Update implements Runnable {
  @Parameters(paramLabel = "FUNCTION", description = "Its name, which the manifest has too.")
  private String function;

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE",
      description = "The manifest, such as leat.yaml.")
  private Path file;

  @Option(
      names = "--accept",
      description = "Also if it asks more of the host than the newest version.")
  private boolean isAccepting;

  @Option(names = "--note", paramLabel = "TEXT", description = "What to say of the version.")
  private @Nullable String note;

  @Mixin private RolloutOptions release;

  private final Session session;

  Update(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    ManifestDeployment deployment = new ManifestDeployment(session, file);
    if (!deployment.function().equals(function)) {
      throw Failure.usage(
          "'%s' is the manifest of '%s', not of '%s'. Name that one, or another file."
              .formatted(file, deployment.function(), function));
    }
    if (traffic().filter(traffic -> !traffic.path("weights").isEmpty()).isEmpty()) {
      told(deployment.deploy(true, isAccepting, note), "has all the traffic: nothing else had any");
      return;
    }
    JsonNode version = deployment.deploy(false, isAccepting, note);
    String label = version.path("label").asText();
    JsonNode weights = traffic().map(traffic -> traffic.path("weights")).orElseThrow();
    if (weights.size() == 1 && weights.has(label)) {
      told(version, "has all the traffic already");
      return;
    }
    ObjectNode rollout = release.body(label).put("replace", true);
    RolloutCommands.show(
        session, session.api().post(session.tenantPath("functions", function, "rollout"), rollout));
  }

  private Optional<JsonNode> traffic() {
    return session.api().find(session.tenantPath("functions", function, "traffic"));
  }

  private void told(JsonNode version, String what) {
    session
        .output()
        .done(version, "%s %s %s".formatted(function, version.path("label").asText(), what));
  }
}
