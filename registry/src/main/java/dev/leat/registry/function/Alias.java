package dev.leat.registry.function;

import dev.leat.contract.FunctionName;
import java.time.Instant;

/**
 * A name for a version of a function, to call it by: {@code /f/acme/mask:stable}.
 *
 * @param name {@code [a-z][a-z0-9-]{0,62}}, and nothing that names a version by itself
 * @param changedAt when it was last given to another version
 */
public record Alias(String name, int version, Instant changedAt, String changedBy) {
  /** Of one function; see {@link DeployFunction#VERSIONS_KEPT}. */
  public static final int COUNT_MAX = 50;

  /** The newest version, whichever that is. */
  public static final String LATEST = "latest";

  /** Whether it may be a name: {@code v2} and {@code v2-hotfix} would be taken for versions. */
  public static boolean isValid(String name) {
    return FunctionName.isValid(name)
        && !name.equals(LATEST)
        && !(name.length() > 1 && name.charAt(0) == 'v' && Character.isDigit(name.charAt(1)));
  }

  /** Of the version that it means, for {@code If-Match}. */
  public String etag() {
    return "\"" + label() + "\"";
  }

  public String label() {
    return "v" + version;
  }
}
