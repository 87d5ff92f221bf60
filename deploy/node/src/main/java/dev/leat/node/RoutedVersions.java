package dev.leat.node;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.VersionRef;
import dev.leat.registry.route.RoutingTable;
import dev.leat.scheduler.PlannedVersions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The versions of the routing table, for the planner of a cluster. */
record RoutedVersions(RoutingTable routes) implements PlannedVersions {
  @Override
  public @Nullable FunctionVersion find(VersionRef version) {
    return routes.find(version);
  }

  @Override
  public List<FunctionVersion> withMinimum() {
    return routes.warm(version -> version.instances().min() > 0);
  }
}
