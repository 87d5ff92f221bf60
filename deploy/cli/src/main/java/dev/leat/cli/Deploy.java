package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leat deploy}. */
@Command(
    name = "deploy",
    description = "Deploy a new version of a function; publishes its module if needed.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Deploy implements Runnable {
  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE",
      description = "The manifest, such as leat.yaml.")
  private Path file;

  @Option(
      names = "--no-traffic",
      description = "Leave the traffic where it is; call the version by its label.")
  private boolean isQuiet;

  @Option(
      names = "--accept",
      description = "Also if it asks more of the host than the newest version.")
  private boolean isAccepting;

  @Option(names = "--note", paramLabel = "TEXT", description = "What to say of the version.")
  private @Nullable String note;

  private final Session session;

  Deploy(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    JsonNode version = new ManifestDeployment(session, file).deploy(!isQuiet, isAccepting, note);
    session
        .output()
        .done(
            version,
            version.path("url").asText(),
            version.path("function").asText() + " " + version.path("label").asText());
  }
}
