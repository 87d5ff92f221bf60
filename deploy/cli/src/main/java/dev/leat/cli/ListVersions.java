package dev.leat.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code leat versions}. */
@Command(name = "versions", description = "List a function's versions, newest first.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ListVersions implements Runnable {
  @Parameters(paramLabel = "FUNCTION", description = "Its name.")
  private String function;

  private final Session session;

  ListVersions(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    session
        .output()
        .list(
            session.api().list(session.tenantPath("functions", function, "versions")),
            "label",
            "traffic",
            "aliases",
            "createdAt",
            "author",
            "note",
            "module");
  }
}
