package dev.leat.failures;

import dev.leat.failures.rig.Cluster;
import dev.leat.failures.rig.NodeProcess;
import dev.leat.failures.rig.Place;
import java.time.Duration;
import java.util.Set;

/** What an operator does to a cluster that is in use. */
final class Changes {
  private static final Duration SHARE_WITHIN = Duration.ofSeconds(10);
  private static final long WINDOW_NANOS = 1_000_000_000;

  private Changes() {}

  /** A third node: it has its share of the calls soon after it is ready. */
  static void join(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("a", Cluster.ALL, "b", Cluster.ALL);
    NodeProcess joining = cluster.node("c", Cluster.ALL, Place.HERE);
    stage.load(300);
    stage.seconds(3);
    joins(stage, cluster, joining, 1.0 / 3);
  }

  /** A worker that no client knows: what keeps the first more than half busy is shared. */
  static void workerJoins(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("g", "gateway,scheduler", "w1", "worker");
    NodeProcess joining = cluster.node("w2", "worker", Place.HERE);
    stage.load(100, 1); // 5 of the first one's 8 threads
    stage.seconds(3);
    joins(stage, cluster, joining, 1.0 / 2);
  }

  private static void joins(Stage stage, Cluster cluster, NodeProcess joining, double fair)
      throws Exception {
    stage.fault(joining.name() + " is started");
    cluster.join(joining);
    Duration start = joining.awaitReady();
    long ready = System.nanoTime();
    stage.note("ready %.1f s after its start".formatted(start.toNanos() / 1e9));
    stage.seconds(SHARE_WITHIN.toSeconds() + 2);
    Account account = stage.account(Set.of());
    Kills.refusedOnlyAs(stage, account, Kills.FULL); // those that were there may be full before
    double share = 0;
    long at = ready;
    for (; at - ready < SHARE_WITHIN.toNanos() && share < fair / 2; at += WINDOW_NANOS / 4) {
      share = share(account, joining, at);
    }
    double last = share(account, joining, ready + SHARE_WITHIN.toNanos());
    stage.note(
        "%.0f %% of the calls %.1f s after it was ready, %.0f %% after 10 s"
            .formatted(100 * share, (at - ready) / 1e9, 100 * last));
    stage.claim("it has its share within " + SHARE_WITHIN, share >= fair / 2);
    stage.claim("it keeps its share", last >= fair / 2);
  }

  private static double share(Account account, NodeProcess node, long fromNanos) {
    long all = account.ledger().between(fromNanos, fromNanos + WINDOW_NANOS).offered();
    return all == 0
        ? 0
        : (double) Pauses.runsAt(account, node, fromNanos, fromNanos + WINDOW_NANOS) / all;
  }

  /** One node after the other is told to stop, ends, and is started again. */
  static void rollingRestart(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("a", Cluster.ALL, "b", Cluster.ALL, "c", Cluster.ALL);
    stage.load(300);
    stage.seconds(3);
    Duration longest = Duration.ZERO;
    for (NodeProcess node : cluster.nodes()) {
      stage.fault("SIGTERM " + node.name());
      Duration ended = node.terminate();
      longest = ended.compareTo(longest) > 0 ? ended : longest;
      cluster.join(node);
      node.awaitReady();
      stage.say(node.name() + " is back");
      stage.seconds(2);
    }
    stage.seconds(2);
    Account account = stage.account(Set.of());
    stage.note("a node ends within %.1f s of SIGTERM".formatted(longest.toNanos() / 1e9));
    stage.claim(
        "every request is answered", account.ledger().answered() == account.ledger().offered());
    Pauses.allAreReady(stage);
  }

  /** Two that know nothing of each other: a node alone gives no notice, and cuts nobody off. */
  static void restartAlone(Stage stage) throws Exception {
    Cluster cluster = stage.singles("a", "b");
    stage.load(200);
    stage.seconds(3);
    Duration longest = Duration.ZERO;
    for (NodeProcess node : cluster.nodes()) {
      stage.fault("SIGTERM " + node.name());
      Duration ended = node.terminate();
      longest = ended.compareTo(longest) > 0 ? ended : longest;
      node.start();
      node.awaitReady();
      stage.say(node.name() + " is back");
      stage.seconds(2);
    }
    Account account = stage.account(Set.of());
    stage.note("a node ends within %.1f s of SIGTERM".formatted(longest.toNanos() / 1e9));
    stage.claim(
        "every request is answered", account.ledger().answered() == account.ledger().offered());
  }

  /** Calls go on by the last table, and decisions are taken again when one is back. */
  static void schedulersDead(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("g", "gateway", "w1", "worker", "s", "scheduler");
    NodeProcess scheduler = stage.node(2);
    stage.until("decisions are taken", Duration.ofSeconds(10), () -> cluster.assignments() > 0);
    stage.load(300);
    stage.seconds(3);
    stage.fault("kill -9 s, the only scheduler");
    scheduler.kill();
    stage.seconds(5);
    long before = cluster.assignments();
    cluster.deploy("added");
    stage.seconds(5);
    stage.claim("nobody decides meanwhile", cluster.assignments() == before);
    stage.say("s is started again");
    cluster.join(scheduler);
    scheduler.awaitReady();
    Duration took =
        stage.until(
            "decisions are taken again",
            Duration.ofSeconds(10),
            () -> cluster.assignments() > before);
    stage.note("decided %.1f s after it was ready".formatted(took.toNanos() / 1e9));
    stage.seconds(2);
    Account account = stage.account(Set.of());
    Kills.refusedOnlyAs(stage, account);
  }
}
