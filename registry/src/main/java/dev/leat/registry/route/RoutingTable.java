package dev.leat.registry.route;

import dev.leat.contract.Allowance;
import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.TenantId;
import dev.leat.contract.VersionRef;
import dev.leat.registry.canary.Canaries;
import dev.leat.registry.canary.Sampling;
import dev.leat.registry.function.DeployFunction;
import dev.leat.registry.function.DeployedFunction;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.RouteSpec;
import dev.leat.registry.route.Route.Target;
import dev.leat.registry.route.Route.Warmth;
import dev.leat.store.ChangeFeed;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every function with its versions in memory, for event loops: finding takes no lock and does no
 * I/O. It holds what the feed of changes has brought, which alone writes to it: at most {@link
 * Allowance#FUNCTIONS_MAX} functions for a tenant, each with {@link DeployFunction#VERSIONS_KEPT}
 * versions of about 1 KB and the manifest's {@code config}.
 */
public final class RoutingTable implements ChangeFeed.Subscriber {
  private static final Logger LOG = LoggerFactory.getLogger(RoutingTable.class);

  private final FunctionStore store;
  private final Canaries canaries;
  private final InstantSource clock;
  private final ConcurrentHashMap<String, TenantRoutes> tenants = new ConcurrentHashMap<>();
  private final List<Consumer<RouteChange>> listeners = new CopyOnWriteArrayList<>();

  /**
   * @param canaries where the calls of canaries are counted
   */
  public RoutingTable(FunctionStore store, Canaries canaries, InstantSource clock) {
    this.store = store;
    this.canaries = canaries;
    this.clock = clock;
  }

  /** Takes over all functions, and announces what has changed by that. */
  @Override
  public void load() {
    Map<String, Map<String, Route>> routes = new HashMap<>();
    for (DeployedFunction deployed : store.all()) {
      FunctionRef function = deployed.ref();
      routes
          .computeIfAbsent(function.tenant().value(), tenant -> new HashMap<>())
          .put(
              function.name().value(),
              route(deployed, find(function.tenant().value(), function.name().value())));
    }
    canaries.retain(function ->
        routes
            .getOrDefault(function.tenant().value(), Map.of())
            .containsKey(function.name().value()));
    Map<String, TenantRoutes> before = new HashMap<>(tenants);
    tenants.keySet().retainAll(routes.keySet());
    routes.forEach((tenant, byName) -> tenants.put(tenant, TenantRoutes.of(byName)));
    before.forEach((tenant, old) -> announce(old.byName(), routes.getOrDefault(tenant, Map.of())));
    routes.keySet().removeAll(before.keySet());
    routes.values().forEach(byName -> announce(Map.of(), byName));
  }

  @Override
  public void changed(Change change) {
    switch (change) {
      case Change.RouteChanged(FunctionRef function) -> load(function);
      case Change.RoutesForgotten(TenantId tenant) ->
          tenants
              .getOrDefault(tenant.value(), TenantRoutes.NONE)
              .byName()
              .keySet()
              .forEach(name -> load(new FunctionRef(tenant, new FunctionName(name))));
      default -> {} // not a route's
    }
  }

  private void load(FunctionRef function) {
    String tenant = function.tenant().value();
    String name = function.name().value();
    Route before = find(tenant, name);
    Route after =
        store
            .find(function.tenant(), function.name())
            .map(deployed -> route(deployed, before))
            .orElse(null);
    if (after == null) {
      canaries.ended(function);
    }
    tenants.compute(
        tenant, (key, routes) -> (routes == null ? TenantRoutes.NONE : routes).with(name, after));
    announce(before, after);
  }

  private Route route(DeployedFunction function, @Nullable Route before) {
    Sampling sampling =
        function
            .traffic()
            .canary()
            .map(canary -> canaries.of(function.ref(), canary.id(), canary.version()))
            .orElse(null);
    if (sampling == null) {
      canaries.ended(function.ref());
    }
    return Route.of(function, before, sampling);
  }

  /** The function of this name, or null. Allocates nothing. */
  public @Nullable Route find(String tenant, String function) {
    TenantRoutes routes = tenants.get(tenant);
    return routes == null ? null : routes.byName().get(function);
  }

  /**
   * What another node means by a reference; null where no such version is known here, or not yet.
   */
  public @Nullable FunctionVersion find(VersionRef ref) {
    Target target = target(ref);
    return target == null ? null : target.version();
  }

  /** Likewise, with what its manifest says of calls. */
  public @Nullable Target target(VersionRef ref) {
    FunctionRef function = ref.function();
    Route route = find(function.tenant().value(), function.name().value());
    Target target = route == null ? null : route.target(ref.number());
    return target != null && target.version().module().equals(ref.module()) ? target : null;
  }

  /** Those of the versions of which instances are kept now. Looks at every function. */
  public List<FunctionVersion> warm(Predicate<FunctionVersion> wanted) {
    Instant now = clock.instant();
    return tenants.values().stream()
        .flatMap(routes -> routes.byName().values().stream())
        .flatMap(route ->
            route.warm().stream()
                .map(Target::version)
                .filter(wanted)
                .filter(version -> route.warmth(version, now) != Warmth.NONE))
        .toList();
  }

  /** Why instances of the version are kept now, if they are. */
  public Warmth warmth(FunctionVersion version) {
    FunctionRef function = version.function();
    Route route = find(function.tenant().value(), function.name().value());
    return route == null ? Warmth.NONE : route.warmth(version, clock.instant());
  }

  /**
   * The function with the longest route path that is {@code path} or ends where a segment of it
   * ends; null if there is none. For paths whose first segment is no function's name.
   *
   * @param path below the tenant, starting with "/", percent-encoded as sent
   */
  public @Nullable Route findByPath(String tenant, String path) {
    TenantRoutes routes = tenants.get(tenant);
    if (routes == null) {
      return null;
    }
    int longest = RouteSpec.PATH_CHARS_MAX;
    int start = path.length() <= longest ? path.length() : path.lastIndexOf('/', longest);
    for (int end = start; end > 0; end = path.lastIndexOf('/', end - 1)) {
      Route route = routes.byPath().get(path.substring(0, end));
      if (route != null) {
        return route;
      }
    }
    return null;
  }

  /**
   * Calls the listener with each change of a function's versions, on the thread that makes it known
   * here. It must be quick and leave blocking work to another thread.
   */
  public void onChange(Consumer<RouteChange> listener) {
    listeners.add(listener);
  }

  private void announce(Map<String, Route> before, Map<String, Route> after) {
    Set<String> names = new HashSet<>(before.keySet());
    names.addAll(after.keySet());
    names.forEach(name -> announce(before.get(name), after.get(name)));
  }

  private void announce(@Nullable Route before, @Nullable Route after) {
    Route known = after == null ? before : after;
    if (known == null) {
      return;
    }
    Set<Target> warm = after == null ? Set.of() : after.warm();
    Set<Target> begun =
        without(
            after == null ? Set.of() : after.askedFor(),
            before == null ? Set.of() : before.askedFor());
    Set<Target> gone =
        without(
            before == null ? Set.of() : before.targets(),
            after == null ? Set.of() : after.targets());
    if (!begun.isEmpty() || !gone.isEmpty() || (before != null && !before.warm().equals(warm))) {
      tell(new RouteChange(known.function(), versions(warm), versions(begun), versions(gone)));
    }
  }

  private static Set<FunctionVersion> versions(Set<Target> targets) {
    return targets.stream().map(Target::version).collect(Collectors.toUnmodifiableSet());
  }

  private static Set<Target> without(Set<Target> targets, Set<Target> others) {
    Set<Target> left = new HashSet<>(targets);
    left.removeAll(others);
    return left;
  }

  private void tell(RouteChange change) {
    for (Consumer<RouteChange> listener : listeners) {
      try {
        listener.accept(change);
      } catch (RuntimeException e) {
        LOG.error("A routing listener failed function={}", change.function(), e);
      }
    }
  }

  /** A tenant's routes, replaced as a whole when one changes. */
  private record TenantRoutes(Map<String, Route> byName, Map<String, Route> byPath) {
    static final TenantRoutes NONE = new TenantRoutes(Map.of(), Map.of());

    static TenantRoutes of(Map<String, Route> byName) {
      Map<String, Route> byPath = new HashMap<>();
      byName.values().forEach(route -> byPath.put(route.path(), route));
      return new TenantRoutes(byName, byPath);
    }

    /**
     * @param route null to remove the function
     */
    @Nullable TenantRoutes with(String name, @Nullable Route route) {
      Map<String, Route> changed = new HashMap<>(byName);
      if (route == null) {
        changed.remove(name);
      } else {
        changed.put(name, route);
      }
      return changed.isEmpty() ? null : of(changed);
    }
  }
}
