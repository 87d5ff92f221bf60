package dev.leat.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat show}. */
@Command(name = "show", description = "Show a version of a function with its manifest.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ShowFunction implements Runnable {
  @Parameters(paramLabel = "FUNCTION", description = "Its name.")
  private String function;

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      description = "Which: v1, v2, ... as versions lists them; else the newest.")
  private @Nullable String version;

  private final Session session;

  ShowFunction(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    String path =
        version == null
            ? session.tenantPath("functions", function)
            : session.tenantPath("functions", function, "versions", version);
    session.output().thing(session.api().get(path));
  }
}
