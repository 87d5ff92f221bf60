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
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.RouteSpec;
import dev.leat.registry.route.RoutingTable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the tests call: {@code acme} has the functions {@code open}, for everybody; {@code closed},
 * whose older version was open; {@code known}, for tokens of the subject {@code someone}, whose
 * newer version is for those of {@code nobody}; and {@code small}, at {@code /s}, open to GET and
 * POST with bodies of up to ten bytes.
 */
public final class Functions {
  private Functions() {}

  public static RoutingTable routes() {
    RoutingTable routes = new RoutingTable(new LoadedFunctions(deployed()));
    routes.load();
    return routes;
  }

  private static List<List<DeployedVersion>> deployed() {
    Limits small = new Limits(1, Limits.PAGE_BYTES, Duration.ofMillis(1), 10, 10);
    return List.of(
        List.of(version("open", 1, Limits.DEFAULT, new RouteSpec("/open", Set.of(), true))),
        List.of(
            version("closed", 2, Limits.DEFAULT, new RouteSpec("/closed", Set.of(), false)),
            version("closed", 1, Limits.DEFAULT, new RouteSpec("/closed", Set.of(), true))),
        List.of(
            version("known", 2, Limits.DEFAULT, requiring("nobody")),
            version("known", 1, Limits.DEFAULT, requiring("someone"))),
        List.of(version("small", 1, small, new RouteSpec("/s", Set.of("GET", "POST"), true))));
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
            new ModuleDigest("0".repeat(64)),
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
