package dev.leat.registry;

import dev.leat.contract.FunctionVersion;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A function as requests find it. Immutable; safe for all threads, nothing here blocks or
 * allocates.
 */
public final class Route {
  private final List<FunctionVersion> newestFirst;
  private final RouteSpec spec;

  /**
   * @param newestFirst the function's versions, at least one
   */
  Route(List<FunctionVersion> newestFirst, RouteSpec spec) {
    this.newestFirst = List.copyOf(newestFirst);
    this.spec = spec;
  }

  /** The version that runs when the caller names none. */
  public FunctionVersion active() {
    return newestFirst.getFirst();
  }

  /** The version of this number, or null. */
  public @Nullable FunctionVersion version(int number) {
    for (int i = 0; i < newestFirst.size(); i++) {
      if (newestFirst.get(i).number() == number) {
        return newestFirst.get(i);
      }
    }
    return null;
  }

  /**
   * The version that a caller names, or null if there is none.
   *
   * @param selector {@code v2}, or {@code latest} for the newest
   */
  public @Nullable FunctionVersion version(String selector) {
    return selector.equals("latest") ? newestFirst.getFirst() : version(number(selector));
  }

  /** The HTTP methods that the function answers; empty for all. */
  public Set<String> methods() {
    return spec.methods();
  }

  /** Whether it is called without a token. */
  public boolean isPublic() {
    return spec.isPublic();
  }

  /** The route's path below the tenant: {@code /mask}. */
  public String path() {
    return spec.path();
  }

  /** All versions, the newest first. */
  List<FunctionVersion> versions() {
    return newestFirst;
  }

  /** The number in {@code v2}, or 0, which no version has. */
  private static int number(String selector) {
    int length = selector.length();
    if (length < 2 || length > 10 || selector.charAt(0) != 'v' || selector.charAt(1) == '0') {
      return 0;
    }
    int number = 0;
    for (int i = 1; i < length; i++) {
      char digit = selector.charAt(i);
      if (digit < '0' || digit > '9') {
        return 0;
      }
      number = number * 10 + (digit - '0');
    }
    return number;
  }
}
