package dev.leat.registry.function;

import java.util.Set;

/**
 * How a function is reached, besides by its name.
 *
 * @param path below the tenant, such as {@code /mask}; "/" and the function's name if its manifest
 *     names none
 * @param methods the HTTP methods that it answers; empty for all
 * @param isPublic whether it is called without a token
 */
public record RouteSpec(String path, Set<String> methods, boolean isPublic) {
  public static final int PATH_CHARS_MAX = 200;

  public RouteSpec {
    methods = Set.copyOf(methods);
  }
}
