package dev.leat.gateway.invocation;

import dev.leat.contract.RequiredClaims;
import dev.leat.registry.canary.Sampling;
import dev.leat.registry.function.Sticky;
import dev.leat.registry.route.Route;
import dev.leat.registry.route.Route.Choice;
import dev.leat.registry.route.Route.Target;
import dev.leat.registry.route.RoutingTable;
import io.vertx.core.MultiMap;
import org.jspecify.annotations.Nullable;

/**
 * What a data-plane path names: {@code /f/{tenant}/{function}[:{selector}]{/rest}}, or {@code
 * /f/{tenant}{route path}{/rest}} when no function has the first segment's name.
 *
 * @param tenant as sent
 * @param route the function, or null when there is none
 * @param called the version that is asked for, or null when there is none
 * @param tally where what the call comes to is counted, while a canary is under way; else null
 * @param rest what follows: "" or starting with "/"
 */
record InvocationTarget(
    String tenant,
    @Nullable Route route,
    @Nullable Target called,
    Sampling.@Nullable Tally tally,
    String rest) {
  static final String PREFIX = "/f/";

  /** Whether it is called without a token. */
  boolean isPublic() {
    Target deciding = deciding();
    return deciding != null && deciding.spec().isPublic();
  }

  /** What a token must claim besides its roles. */
  RequiredClaims claims() {
    Target deciding = deciding();
    return deciding == null ? RequiredClaims.NONE : deciding.spec().claims();
  }

  /**
   * The version that says who may call it. What one that does not exist would say is unknown; then
   * the function's leading version decides who may hear so.
   */
  private @Nullable Target deciding() {
    return called == null && route != null ? route.leading() : called;
  }

  /**
   * Takes the path apart. Does no I/O; names that exist nowhere give a null route.
   *
   * @param fields of the request: they may say which caller it is
   */
  static InvocationTarget of(String path, MultiMap fields, RoutingTable routes) {
    int tenantEnd = path.indexOf('/', PREFIX.length());
    if (tenantEnd < 0) {
      return unknown(path.substring(PREFIX.length()));
    }
    String tenant = path.substring(PREFIX.length(), tenantEnd);
    int nameEnd = path.indexOf('/', tenantEnd + 1);
    String segment =
        nameEnd < 0 ? path.substring(tenantEnd + 1) : path.substring(tenantEnd + 1, nameEnd);
    String rest = nameEnd < 0 ? "" : path.substring(nameEnd);
    int colon = segment.indexOf(':');
    String name = colon < 0 ? segment : segment.substring(0, colon);
    Route route = routes.find(tenant, name);
    if (route != null) {
      return colon < 0
          ? new InvocationTarget(tenant, route, chosen(route, fields), rest)
          : new InvocationTarget(
              tenant, route, route.target(segment.substring(colon + 1)), null, rest);
    }
    String below = path.substring(tenantEnd);
    Route byPath = routes.findByPath(tenant, below);
    return byPath == null
        ? unknown(tenant)
        : new InvocationTarget(
            tenant, byPath, chosen(byPath, fields), below.substring(byPath.path().length()));
  }

  private static InvocationTarget unknown(String tenant) {
    return new InvocationTarget(tenant, null, null, null, "");
  }

  private InvocationTarget(String tenant, Route route, @Nullable Choice choice, String rest) {
    this(
        tenant,
        route,
        choice == null ? null : choice.target(),
        choice == null ? null : choice.tally(),
        rest);
  }

  /** One of the versions that share the traffic; null if there is none. */
  private static @Nullable Choice chosen(Route route, MultiMap fields) {
    Sticky sticky = route.sticky();
    String caller = sticky == null ? null : KnownCaller.of(sticky, fields);
    return caller == null ? route.next() : route.choose(caller);
  }
}
