package dev.leat.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code leat delete}. */
@Command(name = "delete", description = "Delete a function with all its versions.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class DeleteFunction implements Runnable {
  @Parameters(paramLabel = "FUNCTION", description = "Its name.")
  private String function;

  @Mixin private final Confirmation confirmation = new Confirmation();

  private final Session session;

  DeleteFunction(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    confirmation.require(
        session.terminal(),
        "Delete function '%s' of tenant '%s' with all its versions?"
            .formatted(function, session.tenant()));
    session.api().delete(session.tenantPath("functions", function));
    session.output().done(Json.object().put("deleted", function), "Deleted function " + function);
  }
}
