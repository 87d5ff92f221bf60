package dev.leat.registry.route;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.registry.function.RouteSpec;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A function as requests find it. Immutable; safe for all threads, nothing here blocks or
 * allocates.
 */
public final class Route {
  private final List<Target> newestFirst;
  private final TrafficPlan traffic;

  /**
   * @param newestFirst the function's versions, at least one
   * @param traffic which of them answer calls that name none
   */
  Route(List<Target> newestFirst, TrafficPlan traffic) {
    this.newestFirst = List.copyOf(newestFirst);
    this.traffic = traffic;
  }

  FunctionRef function() {
    return active().version().function();
  }

  /** The version deployed last: its manifest says by which path the function is reached. */
  public Target active() {
    return newestFirst.getFirst();
  }

  /**
   * The version that runs when the caller names none.
   *
   * @param key chooses between versions that share the traffic; see {@link TrafficPlan}
   */
  public Target choose(long key) {
    return traffic.choose(key);
  }

  /** The versions that calls go to that name none. */
  Set<Target> serving() {
    return traffic.shares().stream()
        .map(TrafficPlan.Share::target)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The version of this number, or null. */
  @Nullable Target target(int number) {
    for (int i = 0; i < newestFirst.size(); i++) {
      if (newestFirst.get(i).version().number() == number) {
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
  public @Nullable Target target(String selector) {
    return selector.equals("latest") ? newestFirst.getFirst() : target(number(selector));
  }

  /** The path below the tenant by which its active version is reached: {@code /mask}. */
  public String path() {
    return active().spec().path();
  }

  /** All versions that can be called, be it by name alone. */
  Set<Target> targets() {
    return Set.copyOf(newestFirst);
  }

  /**
   * A version as it can be called. Who may call it, and how, is what its own manifest says: a later
   * version that is public does not make an older one so.
   *
   * @param createdAt tells it from an equal one of an earlier tenant or function of that name
   */
  public record Target(FunctionVersion version, RouteSpec spec, Instant createdAt) {}

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
