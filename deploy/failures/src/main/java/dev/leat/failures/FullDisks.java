package dev.leat.failures;

import dev.leat.failures.rig.AsyncLoad;
import dev.leat.failures.rig.Cluster;
import dev.leat.failures.rig.ControlPlane;
import dev.leat.failures.rig.NodeProcess;
import dev.leat.failures.rig.PostgresServer;
import dev.leat.failures.rig.SmallDisk;
import dev.leat.failures.rig.Tables;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The disk of the database is full, again and again, while calls are run later, and others are
 * waited for.
 */
final class FullDisks {
  /** Of calls that are waited for. */
  private static final int RATE = 50;

  /** A new database has some 40 MB there, and two segments of 16 MB. */
  private static final int POSTGRES_MEGABYTES = 144;

  private static final int EMBEDDED_MEGABYTES = 256;
  private static final Duration READY_WITHIN = Duration.ofSeconds(15);

  /** PostgreSQL may have to start anew, and recover, once there is room. */
  private static final Duration UP_WITHIN = Duration.ofSeconds(10);

  /** Clients are refused as this only: try again, after so long. */
  private static final Set<String> REFUSED_AS = Set.of("503 store-unavailable", "503 overloaded");

  private static final Pattern METRIC =
      Pattern.compile(
          "(?m)^leat_async_(missing|accepted_total|invocations\\{state=\"(?:queued|running)\"})"
              + " ([-+.0-9Ee]+)$");

  private FullDisks() {}

  /** A node alone, which has its database and its modules there. */
  static void embedded(Stage stage) throws Exception {
    Path data = stage.directory().resolve("a/data");
    SmallDisk disk = disk(stage, data, EMBEDDED_MEGABYTES);
    Cluster cluster = stage.embedded("a");
    NodeProcess node = stage.node(0);
    AsyncLoad load = begin(stage, cluster);
    for (int round = 1; round <= stage.rounds(); round++) {
      full(stage, cluster, disk, round);
      ready(stage);
    }
    stage.seconds(3);
    AsyncCalls.accepted(stage, load);
    Kills.refusedOnlyAs(stage, stage.account(Set.of()));
    ControlPlane control = cluster.controlPlane(node);
    stage.until(
        "all has ended, and nothing is missing",
        AsyncCalls.DRAINED_WITHIN,
        () -> hasDrained(control, load));
    var unused = node.terminate();
    AsyncCalls.account(stage, Tables.embedded(data), cluster, load);
    refused(stage, load);
  }

  /** Two nodes, whose PostgreSQL has its data there, and the log of what it is to write. */
  static void postgres(Stage stage) throws Exception {
    Path place = stage.directory().resolve("disk");
    SmallDisk disk = disk(stage, place, POSTGRES_MEGABYTES);
    PostgresServer server = stage.opened(PostgresServer.startOnSmallDisk(place.resolve("data")));
    Cluster cluster = stage.cluster(server, "a", Cluster.ALL, "b", Cluster.ALL);
    AsyncLoad load = begin(stage, cluster);
    int restarts = 0;
    for (int round = 1; round <= stage.rounds(); round++) {
      full(stage, cluster, disk, round);
      if (isDown(stage, server)) {
        stage.say("PostgreSQL has ended: it is started again");
        server.restart();
        restarts++;
      }
      ready(stage);
      AsyncCalls.nothingIsMissing(stage, cluster);
    }
    stage.seconds(3);
    Kills.refusedOnlyAs(stage, stage.account(Set.of()));
    AsyncCalls.end(stage, cluster, load);
    refused(stage, load);
    stage.note("PostgreSQL ended by itself %d times".formatted(restarts));
  }

  private static SmallDisk disk(Stage stage, Path place, int megabytes) {
    String missing = SmallDisk.missing(place);
    if (!missing.isEmpty()) {
      throw new Scenario.Skipped(missing);
    }
    return stage.opened(SmallDisk.mount(place, megabytes));
  }

  private static AsyncLoad begin(Stage stage, Cluster cluster) {
    stage.load(RATE);
    return AsyncCalls.begin(stage, cluster);
  }

  /** For a second, or for longer than a lease. */
  private static void full(Stage stage, Cluster cluster, SmallDisk disk, int round)
      throws IOException {
    stage.seconds(2 + 3 * stage.random().nextDouble());
    double lasts = round % 2 == 0 ? 1 : 8;
    stage.fault("the disk is full for %.0f s, %d of %d".formatted(lasts, round, stage.rounds()));
    disk.fill();
    stage.seconds(lasts / 2);
    int status =
        cluster
            .controlPlane(stage.node(0))
            .status(
                "POST",
                "/v1/tenants",
                "application/json",
                "{\"name\":\"more-%d\"}".formatted(round));
    stage.claim("a tenant is made, or refused with 503, was " + status, isClear(status));
    stage.seconds(lasts / 2);
    stage.claim("no node ends", stage.nodes().stream().allMatch(NodeProcess::isAlive));
    stage.fault("it has room again");
    disk.free();
  }

  private static boolean isClear(int status) {
    return status == 201 || status == 503;
  }

  private static void ready(Stage stage) {
    Duration took =
        stage.until(
            "all nodes are ready again",
            READY_WITHIN,
            () -> stage.nodes().stream().allMatch(NodeProcess::isReady));
    stage.say("ready %.1f s after that".formatted(took.toNanos() / 1e9));
  }

  private static boolean isDown(Stage stage, PostgresServer server) {
    long began = System.nanoTime();
    while (System.nanoTime() - began < UP_WITHIN.toNanos()) {
      if (server.isUp()) {
        return false;
      }
      stage.seconds(0.1);
    }
    return true;
  }

  /** By what the node counts, since nobody else can look into its database. */
  private static boolean hasDrained(ControlPlane control, AsyncLoad load) {
    Map<String, Double> counted = new HashMap<>();
    try {
      Matcher metrics = METRIC.matcher(control.text("/metrics"));
      while (metrics.find()) {
        counted.put(metrics.group(1), Double.valueOf(metrics.group(2)));
      }
    } catch (IOException e) {
      return false;
    }
    return counted.size() == 4
        && counted.values().stream().mapToDouble(Double::doubleValue).sum() == load.ids().size();
  }

  private static void refused(Stage stage, AsyncLoad load) {
    stage.note("refused " + load.refusals());
    stage.claim(
        "clients are refused as " + REFUSED_AS + ", with Retry-After, not " + load.refusals(),
        REFUSED_AS.containsAll(load.refusals().keySet()));
  }
}
