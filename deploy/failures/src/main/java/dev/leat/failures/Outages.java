package dev.leat.failures;

import dev.leat.failures.rig.Cluster;
import dev.leat.failures.rig.ControlPlane;
import dev.leat.failures.rig.NodeProcess;
import dev.leat.failures.rig.Place;
import dev.leat.failures.rig.SteppedTime;
import dev.leat.testkit.CuttableProxy;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** What all nodes rely on fails: the database, a clock. */
final class Outages {
  private static final int RATE = 300;
  private static final double AWAY_SECONDS = 30;

  private Outages() {}

  /** Calls go on from memory; the control plane says that it cannot. */
  static void database(Stage stage) throws Exception {
    CuttableProxy proxy = CuttableProxy.to(stage.server().port());
    Cluster cluster = stage.cluster(proxy, "a", Cluster.ALL, "b", Cluster.ALL, "c", Cluster.ALL);
    ControlPlane control = cluster.controlPlane(stage.node(1));
    stage.load(RATE);
    stage.seconds(3 + stage.random().nextDouble());
    stage.fault("the database is away");
    proxy.cut();
    stage.seconds(5);
    int status = tenant(control, "meanwhile");
    stage.claim("the control plane answers 503, was " + status, status == 503);
    stage.seconds(AWAY_SECONDS - 5);
    stage.claim("no node ends", stage.nodes().stream().allMatch(NodeProcess::isAlive));
    stage.say("the database is back");
    proxy.mend();
    Duration took =
        stage.until(
            "all nodes are ready again",
            Duration.ofSeconds(10),
            () -> stage.nodes().stream().allMatch(NodeProcess::isReady));
    stage.note("ready %.1f s after it was back".formatted(took.toNanos() / 1e9));
    stage.seconds(3);
    int again = tenant(control, "again");
    stage.claim("the control plane works again, was " + again, again == 201);
    Account account = stage.account(Set.of());
    Kills.refusedOnlyAs(stage, account);
    Pauses.allAreReady(stage);
  }

  private static int tenant(ControlPlane control, String name) throws Exception {
    return control.status(
        "POST", "/v1/tenants", "application/json", "{\"name\":\"%s\"}".formatted(name));
  }

  /** The wall clock of one node, an hour ahead and back. */
  static void clock(Stage stage) throws Exception {
    SteppedTime time =
        SteppedTime.in(stage.directory().resolve("time"))
            .orElseThrow(
                () -> new Scenario.Skipped("needs Linux and a C compiler (apt-get install gcc)"));
    Place stepped = Place.HERE.with(time.environment());
    Cluster cluster =
        stage.cluster(
            stage.server().port(),
            Map.of("b", stepped),
            "a",
            Cluster.ALL,
            "b",
            Cluster.ALL,
            "c",
            Cluster.ALL);
    stage.load(RATE);
    stage.seconds(3 + stage.random().nextDouble());
    stage.fault("the clock of b is an hour ahead");
    time.step(Duration.ofHours(1));
    stage.seconds(8);
    String skew = cluster.skew(stage.node(0), "b");
    stage.note("b's skew is shown as " + skew);
    stage.claim("the skew is shown", skew.matches("3(59|60)\\d{4} ms"));
    stage.say("the clock of b is right again");
    time.step(Duration.ZERO);
    stage.seconds(5);
    stage.say("the clock of b is an hour behind");
    time.step(Duration.ofHours(-1));
    stage.seconds(8);
    Account account = stage.account(Set.of());
    Kills.refusedOnlyAs(stage, account);
    Pauses.allAreReady(stage);
  }
}
