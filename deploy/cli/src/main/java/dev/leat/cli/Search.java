package dev.leat.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code leat search}. */
@Command(
    name = "search",
    description = {
      "Find modules that other tenants have public, or share with yours.",
      "Each with the tenant that published it: names say nothing of whose they are."
    },
    footer = {"Examples:", "  leat search", "  leat search resize", "  leat search acme/ -o json"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Search implements Runnable {
  @Parameters(
      paramLabel = "TEXT",
      arity = "0..1",
      description = "Only those whose publisher/name contains this.")
  private @Nullable String text;

  private final Session session;

  Search(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    String path =
        session.tenantPath("search") + (text == null ? "" : "?q=" + ApiClient.encode(text));
    session
        .output()
        .list(
            session.api().list(path),
            "publisher",
            "name",
            "version",
            "size",
            "publishedAt",
            "digest");
  }
}
