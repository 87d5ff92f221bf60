package dev.leat.registry.route;

import dev.leat.contract.AsyncPolicy;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.registry.canary.Sampling;
import dev.leat.registry.function.Alias;
import dev.leat.registry.function.DeployedFunction;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.RouteSpec;
import dev.leat.registry.function.Sticky;
import dev.leat.registry.function.Traffic;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A function as requests find it. What it has does not change; safe for all threads, and nothing
 * here blocks or allocates.
 */
public final class Route {
  private final List<Target> newestFirst;
  private final Target leading;
  private final TrafficPlan plan;
  private final @Nullable Sticky sticky;
  private final Map<String, Target> aliases;
  private final Map<Target, Instant> former;

  private Route(
      List<Target> newestFirst,
      Target leading,
      TrafficPlan plan,
      @Nullable Sticky sticky,
      Map<String, Target> aliases,
      Map<Target, Instant> former) {
    this.newestFirst = List.copyOf(newestFirst);
    this.leading = leading;
    this.plan = plan;
    this.sticky = sticky;
    this.aliases = Map.copyOf(aliases);
    this.former = Map.copyOf(former);
  }

  /**
   * The route of a function as it is stored.
   *
   * @param before the one that it replaces, whose unchanged versions stay the same objects: they
   *     are keys of hot maps, and comparing equal ones would read their configuration for each call
   * @param sampling where the calls of the canary that is under way are counted; null for nowhere
   */
  static Route of(DeployedFunction function, @Nullable Route before, @Nullable Sampling sampling) {
    Map<Integer, Target> byNumber = new LinkedHashMap<>();
    for (DeployedVersion deployed : function.versions()) {
      int number = deployed.version().number();
      Target now =
          new Target(deployed.version(), deployed.route(), deployed.createdAt(), deployed.async());
      Target known = before == null ? null : before.target(number);
      byNumber.put(number, now.equals(known) ? known : now);
    }
    Map<String, Target> aliases = new HashMap<>();
    function
        .aliases()
        .forEach(alias ->
            aliases.put(alias.name(), Objects.requireNonNull(byNumber.get(alias.version()))));
    Map<Target, Instant> former = new HashMap<>();
    function
        .traffic()
        .former()
        .forEach((number, until) -> {
          Target target = byNumber.get(number);
          if (target != null) {
            former.put(target, until);
          }
        });
    return new Route(
        List.copyOf(byNumber.values()),
        Objects.requireNonNull(byNumber.get(function.leading().version().number())),
        new TrafficPlan(function.traffic(), byNumber, sampling),
        function.traffic().sticky().orElse(null),
        aliases,
        former);
  }

  FunctionRef function() {
    return leading.version().function();
  }

  /**
   * The version that most of the traffic goes to, or else the newest: its manifest says by which
   * path the function is reached.
   */
  public Target leading() {
    return leading;
  }

  /** By what a caller is known again; null if by nothing. */
  public @Nullable Sticky sticky() {
    return sticky;
  }

  /** The version that answers whoever names none; null if none does. */
  public @Nullable Choice next() {
    return plan.next();
  }

  /**
   * The version that answers whoever names none and is known again by this; null if none does. For
   * another function the same value chooses independently.
   */
  public @Nullable Choice choose(String value) {
    return plan.choose(hash(value));
  }

  /** 64 bits of a text (FNV-1a), as unlike for each function. */
  private long hash(String value) {
    long hash = 0xCBF29CE484222325L ^ function().hashCode();
    for (int i = 0; i < value.length(); i++) {
      hash = (hash ^ value.charAt(i)) * 0x100000001B3L;
    }
    return hash;
  }

  /** The versions that calls go to that name none. */
  Set<Target> serving() {
    return plan.targets();
  }

  /** The versions that calls may go to by their traffic or by an alias: they are kept ready. */
  Set<Target> askedFor() {
    Set<Target> askedFor = new HashSet<>(plan.targets());
    askedFor.addAll(aliases.values());
    return askedFor;
  }

  /** Likewise, with those that had traffic lately. */
  Set<Target> warm() {
    Set<Target> warm = askedFor();
    warm.addAll(former.keySet());
    return warm;
  }

  /** Why the version is kept warm, if it is. */
  Warmth warmth(FunctionVersion version, Instant now) {
    Target target = target(version.number());
    if (target == null || !target.version().equals(version)) {
      return Warmth.NONE;
    }
    if (askedFor().contains(target)) {
      return Warmth.ASKED_FOR;
    }
    Instant until = former.get(target);
    return until != null && Traffic.isWarm(until, now) ? Warmth.FORMER : Warmth.NONE;
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
   * @param selector {@code v2}, {@code latest} for the newest, or an alias
   */
  public @Nullable Target target(String selector) {
    int number = number(selector);
    if (number > 0) {
      return target(number);
    }
    return selector.equals(Alias.LATEST) ? newestFirst.getFirst() : aliases.get(selector);
  }

  /** The path below the tenant by which it is reached: {@code /mask}. */
  public String path() {
    return leading.spec().path();
  }

  /** All versions that can be called, be it by name alone. */
  Set<Target> targets() {
    return Set.copyOf(newestFirst);
  }

  /**
   * What answers a call that names no version.
   *
   * @param tally where what the call comes to is counted; null for nowhere
   */
  public record Choice(Target target, Sampling.@Nullable Tally tally) {}

  /** Why instances of a version are kept. */
  public enum Warmth {
    /** It has traffic or an alias. */
    ASKED_FOR,
    /** It lost its traffic lately, and may get it back at once. */
    FORMER,
    NONE
  }

  /**
   * A version as it can be called. Who may call it, and how, is what its own manifest says: a later
   * version that is public does not make an older one so.
   *
   * @param createdAt tells it from an equal one of an earlier tenant or function of that name
   * @param async what becomes of its asynchronous invocations
   */
  public record Target(
      FunctionVersion version, RouteSpec spec, Instant createdAt, AsyncPolicy async) {
    /** One whose manifest says nothing of asynchronous invocations. */
    public Target(FunctionVersion version, RouteSpec spec, Instant createdAt) {
      this(version, spec, createdAt, AsyncPolicy.DEFAULT);
    }
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
