package dev.leat.cli;

import picocli.CommandLine.Command;

/** {@code leat list}. */
@Command(name = "list", description = "List the functions in their newest versions.")
final class ListFunctions implements Runnable {
  private final Session session;

  ListFunctions(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    session
        .output()
        .list(
            session.api().list(session.tenantPath("functions")),
            "function",
            "label",
            "createdAt",
            "url",
            "module");
  }
}
