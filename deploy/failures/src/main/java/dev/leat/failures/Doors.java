package dev.leat.failures;

import dev.leat.failures.rig.Cluster;
import dev.leat.failures.rig.HazelcastStranger;
import dev.leat.failures.rig.NodeProcess;
import dev.leat.failures.rig.Place;
import dev.leat.failures.rig.Stranger;
import java.time.Duration;
import java.util.Set;

/** Who must not come in, or not like that; those that are in feel nothing of it. */
final class Doors {
  private static final int RATE = 100;
  private static final Duration REFUSED_WITHIN = Duration.ofSeconds(120);

  private Doors() {}

  /** The second says who has the name, and ends. */
  static void sameName(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("a", Cluster.ALL, "b", Cluster.ALL);
    NodeProcess second = cluster.node("b-again", "b", Cluster.ALL, Place.HERE);
    stage.load(RATE);
    stage.fault("a second node named b is started");
    cluster.join(second);
    isRefused(stage, second, "A node named 'b' is in the cluster already");
    stage.seconds(2);
    allAnswered(stage);
    Pauses.ready(stage, "a", "b");
  }

  /** The first was away for longer than its claim lasts: it does nothing more under this name. */
  static void nameTaken(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("a", Cluster.ALL, "b", Cluster.ALL);
    NodeProcess first = stage.node(1);
    NodeProcess second = cluster.node("b-again", "b", Cluster.ALL, Place.HERE);
    stage.load(RATE);
    stage.fault("SIGSTOP b, and another of its name is started");
    first.pause();
    cluster.join(second);
    Duration took = second.awaitReady();
    stage.note("the second is ready %.1f s after its start".formatted(took.toNanos() / 1e9));
    stage.seconds(2);
    stage.say("SIGCONT b");
    first.resume();
    isEnded(stage, first, "The node has stopped: another has taken its name");
    stage.seconds(3);
    Account account = stage.account(Set.of(first.name())); // whose own clients had to wait
    Kills.refusedOnlyAs(stage, account, Kills.LOST, Kills.FULL);
    Pauses.ready(stage, "a", "b");
  }

  /** At the port for clients, then at that for other nodes. */
  static void portsInUse(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("a", Cluster.ALL, "b", Cluster.ALL);
    int taken = stage.node(0).target().address().getPort();
    int takenByNodes = cluster.clusterAddress(stage.node(0)).getPort();
    stage.load(RATE);
    stage.fault("c is started at the port of a");
    NodeProcess third = cluster.nodeAt("c", taken, cluster.freePort());
    cluster.join(third);
    isRefused(stage, third, "Choose another --port or --host, or stop what listens there.");
    stage.say("d is started at the cluster's port of a");
    NodeProcess fourth = cluster.nodeAt("d", cluster.freePort(), takenByNodes);
    cluster.joinBy(fourth, stage.node(1));
    isRefused(stage, fourth, "Choose another --cluster-port, or stop what listens there.");
    stage.seconds(2);
    allAnswered(stage);
  }

  /** It does not become a cluster of its own. */
  static void joinNowhere(Stage stage) throws Exception {
    Cluster cluster = stage.clusterNotStarted("x", Cluster.ALL, "y", Cluster.ALL);
    NodeProcess lonely = cluster.nodes().getFirst();
    stage.say("x is told to join y, which is not there");
    cluster.join(lonely);
    isRefused(stage, lonely, "No node of the cluster answers at");
  }

  /** A cluster of a later release: nothing is migrated, both formats are named. */
  static void otherFormat(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("a", Cluster.ALL);
    NodeProcess old = cluster.node("b", Cluster.ALL, Place.HERE);
    stage.load(RATE);
    stage.fault("the cluster's format is 999, and b does not speak it");
    cluster.tables().execute("UPDATE cluster_format SET number = 999");
    cluster.join(old);
    isRefused(stage, old, "999");
    stage.seconds(2);
    allAnswered(stage);
  }

  /** At the port of the cluster: none, and one of another authority. */
  static void foreignCertificate(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("a", Cluster.ALL, "b", Cluster.ALL);
    stage.load(RATE);
    stage.fault("strangers come to the cluster's port of a");
    var address = cluster.clusterAddress(stage.node(0));
    for (Stranger stranger : Stranger.ALL) {
      String heard = stranger.visit(address, "b");
      stage.note(stranger + ": " + heard);
      stage.claim(stranger + " hears nothing", heard.startsWith("nothing"));
    }
    stage.seconds(3);
    allAnswered(stage);
    Pauses.ready(stage, "a", "b");
  }

  /** In the Hazelcast group, as anybody can who reaches its port: it is no node by that. */
  static void hazelcastStranger(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("a", Cluster.ALL, "b", Cluster.ALL);
    stage.load(RATE);
    stage.until(
        "a has a Hazelcast member", Duration.ofSeconds(20), () -> cluster.memberPort("a") > 0);
    stage.fault("a stranger joins the Hazelcast group as node b");
    String at = "127.0.0.1:" + cluster.memberPort("a");
    try (HazelcastStranger stranger = new HazelcastStranger(at, "b")) {
      stage.until("it is in the group", Duration.ofSeconds(30), () -> stranger.members() >= 3);
      stranger.shout();
      cluster.deploy("meanwhile");
      stage.seconds(4);
      stage.note("it finds " + stranger.objects());
      stage.claim(
          "it finds nothing but the two topics: " + stranger.objects(),
          stranger.objects().equals("[broadcast, wake]"));
      stage.claim("it hears no word: " + stranger.words(), stranger.words().isEmpty());
      Pauses.ready(stage, "a", "b");
      stage.say("it is gone");
    }
    stage.seconds(4);
    allAnswered(stage);
    Pauses.ready(stage, "a", "b");
  }

  /** It never was ready, and ended by itself. */
  private static void isRefused(Stage stage, NodeProcess node, String says) throws Exception {
    isEnded(stage, node, says);
    stage.claim("it never was ready", !node.hasBeenReady());
  }

  private static void isEnded(Stage stage, NodeProcess node, String says) {
    stage.until(node.name() + " ends", REFUSED_WITHIN, () -> !node.isAlive());
    if (!node.isAlive()) {
      stage.claim("it ends with 1", node.awaitEnd() == 1);
    }
    stage.claim("it says why: " + lastLine(node), node.tail().contains(says));
    stage.note("\"" + lastLine(node) + "\"");
  }

  private static String lastLine(NodeProcess node) {
    return node.tail().lines().reduce("", (_, line) -> line);
  }

  private static void allAnswered(Stage stage) throws Exception {
    Account account = stage.account(Set.of());
    stage.claim(
        "the others feel nothing of it", account.ledger().answered() == account.ledger().offered());
  }
}
