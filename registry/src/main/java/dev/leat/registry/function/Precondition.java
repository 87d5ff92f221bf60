package dev.leat.registry.function;

import java.util.Arrays;
import java.util.Optional;

/** {@code If-Match} (RFC 9110, 13.1.1). */
public final class Precondition {
  private Precondition() {}

  /**
   * Whether what is there now is what was asked for.
   *
   * @param ifMatch the field
   * @param etag of what is there; empty if nothing is
   */
  public static boolean holds(String ifMatch, Optional<String> etag) {
    return etag.isPresent()
        && Arrays.stream(ifMatch.split(",", -1))
            .map(String::strip)
            .anyMatch(tag -> tag.equals("*") || tag.equals(etag.get()));
  }
}
