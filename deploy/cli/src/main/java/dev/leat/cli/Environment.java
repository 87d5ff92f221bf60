package dev.leat.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The variables that the command looks at: LEAT_HOME, HOME, LEAT_PROFILE, LEAT_TENANT, LEAT_DEBUG,
 * LEAT_LOG_LEVEL for a node, and PATH, CLANG and RUSTC to build functions. docs/CLI.md lists them.
 *
 * @param variables by name; an empty value counts as absent
 */
record Environment(Map<String, String> variables) {
  /** What the logging library knows, from the most to the least. */
  private static final List<String> LOG_LEVELS =
      List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

  Environment {
    variables = Map.copyOf(variables);
  }

  static Environment ofProcess() {
    return new Environment(System.getenv());
  }

  /** Where profiles and keys are kept. The JVM has a mind of its own about the user's home. */
  Path home() {
    return find("LEAT_HOME")
        .map(Path::of)
        .orElseGet(
            () -> Path.of(find("HOME").orElseGet(() -> System.getProperty("user.home")), ".leat"));
  }

  Optional<String> profile() {
    return find("LEAT_PROFILE");
  }

  Optional<String> tenant() {
    return find("LEAT_TENANT");
  }

  /** Whether stack traces are shown. */
  boolean isDebug() {
    return find("LEAT_DEBUG").filter("1"::equals).isPresent();
  }

  /** Refuses a log level that there is none of; the logging library would take it for another. */
  void requireLogLevel() {
    Optional<String> level = find("LEAT_LOG_LEVEL");
    if (level.isPresent() && !LOG_LEVELS.contains(level.get().toUpperCase(Locale.ROOT))) {
      throw Failure.usage(
          "LEAT_LOG_LEVEL must be one of %s; was '%s'"
              .formatted(String.join(", ", LOG_LEVELS), level.get()));
    }
  }

  /** A variable that other tools look at too, such as PATH. */
  Optional<String> variable(String name) {
    return find(name);
  }

  private Optional<String> find(String name) {
    return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
  }
}
