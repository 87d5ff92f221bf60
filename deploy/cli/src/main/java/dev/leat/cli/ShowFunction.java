package dev.leat.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code leat show}. */
@Command(name = "show", description = "Show a function's newest version with its manifest.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ShowFunction implements Runnable {
  @Parameters(paramLabel = "FUNCTION", description = "Its name.")
  private String function;

  private final Session session;

  ShowFunction(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    session.output().thing(session.api().get(session.tenantPath("functions", function)));
  }
}
