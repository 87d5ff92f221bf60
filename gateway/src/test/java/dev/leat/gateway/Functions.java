package dev.leat.gateway;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.RequiredClaims;
import dev.leat.contract.TenantId;
import dev.leat.registry.canary.Canaries;
import dev.leat.registry.function.Alias;
import dev.leat.registry.function.DeployedFunction;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.RouteSpec;
import dev.leat.registry.function.Slots;
import dev.leat.registry.function.Sticky;
import dev.leat.registry.function.Traffic;
import dev.leat.registry.route.RoutingTable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the tests call: {@code acme} has the functions {@code open}, for everybody; {@code closed},
 * whose older version was open, and is called {@code stable}; {@code known}, for tokens of the
 * subject {@code someone}, whose newer version is for those of {@code nobody}; {@code small}, at
 * {@code /s}, open to GET and POST with bodies of up to ten bytes; {@code split}, of two versions,
 * by the cookie {@code session}; {@code quiet}, to whose version no traffic goes.
 */
public final class Functions {
  /** What each of them is a version of. */
  static final ModuleDigest MODULE = new ModuleDigest("0".repeat(64));

  private static final Set<String> GET_AND_POST = Set.of("GET", "POST");

  private Functions() {}

  public static RoutingTable routes() {
    RoutingTable routes =
        new RoutingTable(
            new LoadedFunctions(deployed()), new Canaries(), InstantSource.fixed(Instant.EPOCH));
    routes.load();
    return routes;
  }

  private static List<DeployedFunction> deployed() {
    Limits small = new Limits(1, Limits.PAGE_BYTES, Duration.ofMillis(1), 10, 10);
    return List.of(
        allTo(
            1,
            List.of(),
            version("open", 1, Limits.DEFAULT, new RouteSpec("/open", Set.of(), true))),
        allTo(
            2,
            List.of(new Alias("stable", 1, Instant.EPOCH, "someone")),
            version("closed", 2, Limits.DEFAULT, new RouteSpec("/closed", Set.of(), false)),
            version("closed", 1, Limits.DEFAULT, new RouteSpec("/closed", Set.of(), true))),
        allTo(
            2,
            List.of(),
            version("known", 2, Limits.DEFAULT, requiring("nobody")),
            version("known", 1, Limits.DEFAULT, requiring("someone"))),
        allTo(1, List.of(), version("small", 1, small, new RouteSpec("/s", GET_AND_POST, true))),
        new DeployedFunction(
            List.of(
                version("split", 2, Limits.DEFAULT, new RouteSpec("/split", Set.of(), true)),
                version("split", 1, Limits.DEFAULT, new RouteSpec("/split", Set.of(), true))),
            Traffic.NONE
                .moved(Map.of(1, Slots.COUNT / 2, 2, Slots.COUNT / 2), "someone", Instant.EPOCH)
                .with(Optional.of(new Sticky(Sticky.Kind.COOKIE, "session"))),
            List.of()),
        new DeployedFunction(
            List.of(version("quiet", 1, Limits.DEFAULT, new RouteSpec("/quiet", Set.of(), true))),
            Traffic.NONE,
            List.of()));
  }

  private static DeployedFunction allTo(
      int number, List<Alias> aliases, DeployedVersion... newestFirst) {
    return new DeployedFunction(
        List.of(newestFirst),
        Traffic.NONE.moved(Map.of(number, Slots.COUNT), "someone", Instant.EPOCH),
        aliases);
  }

  private static RouteSpec requiring(String subject) {
    return new RouteSpec(
        "/known", Set.of(), false, new RequiredClaims(Map.of("sub", List.of(subject))));
  }

  private static DeployedVersion version(String name, int number, Limits limits, RouteSpec route) {
    return new DeployedVersion(
        new FunctionVersion(
            new FunctionRef(new TenantId("acme"), new FunctionName(name)),
            number,
            MODULE,
            GuestContract.HANDLER,
            limits,
            InstancePolicy.DEFAULT,
            Grants.NONE,
            "{}"),
        Instant.EPOCH,
        "{}",
        route);
  }
}
