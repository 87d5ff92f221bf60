package dev.leat.registry.function;

import dev.leat.contract.RequiredClaims;
import java.util.Set;

/**
 * How a function is reached, besides by its name.
 *
 * @param path below the tenant, such as {@code /mask}; "/" and the function's name if its manifest
 *     names none
 * @param methods the HTTP methods that it answers; empty for all
 * @param isPublic whether it is called without a token
 * @param claims what the token must claim besides; nothing of a public one
 */
public record RouteSpec(String path, Set<String> methods, boolean isPublic, RequiredClaims claims) {
  public static final int PATH_CHARS_MAX = 200;

  public RouteSpec {
    methods = Set.copyOf(methods);
    if (isPublic && !claims.isNone()) {
      throw new IllegalArgumentException("A public function cannot require claims: " + path);
    }
  }

  /** Whatever the token claims. */
  public RouteSpec(String path, Set<String> methods, boolean isPublic) {
    this(path, methods, isPublic, RequiredClaims.NONE);
  }
}
