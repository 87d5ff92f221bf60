package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat alias}. */
@Command(
    name = "alias",
    description = "Names for versions, to call them by: leat invoke mask:stable.")
final class AliasCommands {
  private final Session session;

  AliasCommands(Session session) {
    this.session = session;
  }

  @Command(description = "Have a name mean a version from now on.")
  void set(
      @Parameters(index = "0", paramLabel = "FUNCTION", description = "Its name.") String function,
      @Parameters(index = "1", paramLabel = "NAME", description = "Such as stable.") String name,
      @Parameters(index = "2", paramLabel = "VERSION", description = "v1, v2, ...") String version,
      @Option(
              names = "--if-match",
              paramLabel = "VERSION",
              description = "Only if it means this one.")
          @Nullable String present) {
    JsonNode body = Json.object().put("version", version);
    JsonNode alias =
        present == null
            ? session.api().put(path(function, name), body)
            : session.api().putIfMatch(path(function, name), body, "\"" + present + "\"");
    session.output().done(alias, "%s:%s %s".formatted(function, name, version));
  }

  @Command(description = "List the names of a function's versions.")
  void list(@Parameters(paramLabel = "FUNCTION", description = "Its name.") String function) {
    session
        .output()
        .list(
            session.api().list(session.tenantPath("functions", function, "aliases")),
            "alias",
            "label",
            "changedAt",
            "changedBy");
  }

  @Command(description = "Delete a name; the version stays.")
  void delete(
      @Parameters(index = "0", paramLabel = "FUNCTION", description = "Its name.") String function,
      @Parameters(index = "1", paramLabel = "NAME", description = "As list shows it.")
          String name) {
    session.api().delete(path(function, name));
    session
        .output()
        .done(Json.object().put("deleted", name), "Deleted alias " + function + ":" + name);
  }

  private String path(String function, String alias) {
    return session.tenantPath("functions", function, "aliases", alias);
  }
}
