package dev.leat.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The variables that the command looks at: LEAT_HOME, LEAT_PROFILE, LEAT_TENANT, LEAT_DEBUG.
 *
 * @param variables by name; an empty value counts as absent
 */
record Environment(Map<String, String> variables) {
  Environment {
    variables = Map.copyOf(variables);
  }

  static Environment ofProcess() {
    return new Environment(System.getenv());
  }

  /** Where profiles and keys are kept. */
  Path home() {
    return find("LEAT_HOME")
        .map(Path::of)
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".leat"));
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

  private Optional<String> find(String name) {
    return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
  }
}
