package dev.leat.failures;

import dev.leat.failures.rig.Cluster;
import java.util.List;
import java.util.Set;

/** All scenarios, in the order of the table. */
final class Scenarios {
  static final List<Scenario> ALL =
      List.of(
          new Scenario(
              "node-alone-killed",
              "Two nodes without a cluster on one database; one is killed with -9.",
              Scenarios::nodeAloneKilled));

  private Scenarios() {}

  private static void nodeAloneKilled(Stage stage) throws Exception {
    Cluster cluster = stage.singles("a", "b");
    stage.load(500);
    stage.seconds(3);
    stage.fault("kill -9 b");
    cluster.nodes().get(1).kill();
    stage.seconds(3);
    stage.account(Set.of("b"));
  }
}
