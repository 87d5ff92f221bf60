package dev.leat.cli;

import picocli.CommandLine.Command;

/** {@code leat whoami}. */
@Command(name = "whoami", description = "Show who the profile's token speaks for.")
final class WhoAmI implements Runnable {
  private final Session session;

  WhoAmI(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    session.output().thing(session.api().get(ApiClient.path("v1", "whoami")));
  }
}
