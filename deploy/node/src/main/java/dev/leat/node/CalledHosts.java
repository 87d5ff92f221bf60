package dev.leat.node;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.contract.permission.PermissionSource;
import dev.leat.contract.permission.PermissionType;
import dev.leat.contract.permission.Permits.Decision;
import dev.leat.registry.canary.Alarm;
import dev.leat.registry.canary.Canaries;
import dev.leat.registry.route.Route;
import dev.leat.registry.route.RoutingTable;
import dev.leat.worker.capability.http.OutboundListener;

/**
 * Tells those who judge canaries which hosts the versions call. One that the old version may not
 * call is an alarm at once; of others it counts who calls them.
 */
final class CalledHosts implements OutboundListener {
  private final Canaries canaries;
  private final RoutingTable routes;
  private final PermissionSource permissions;

  CalledHosts(Canaries canaries, RoutingTable routes, PermissionSource permissions) {
    this.canaries = canaries;
    this.routes = routes;
    this.permissions = permissions;
  }

  @Override
  public void requested(FunctionVersion version, PermissionType type, HttpTarget target) {
    if (!canaries.isWatched(version.function())) {
      return;
    }
    canaries.called(version, target.host());
    Route route =
        routes.find(version.function().tenant().value(), version.function().name().value());
    if (route == null || !canaries.isCanary(version)) {
      return;
    }
    FunctionVersion old = route.leading().version(); // until the canary has most of the traffic
    if (old.number() != version.number()
        && permissions.of(old).decide(type, target) != Decision.ALLOWED) {
      canaries.alarm(version, new Alarm.NewHost(target.host()));
    }
  }
}
