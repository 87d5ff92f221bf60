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
  private static final Duration REFUSED_WITHIN = Duration.ofSeconds(60);

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

  /** It does not become a cluster of its own. */
  static void joinNowhere(Stage stage) throws Exception {
    Cluster cluster = stage.clusterNotStarted("x", Cluster.ALL, "y", Cluster.ALL);
    NodeProcess lonely = cluster.nodes().getFirst();
    stage.say("x is told to join y, which is not there");
    cluster.join(lonely);
    stage.during(
        Duration.ofSeconds(20), () -> stage.claim("it does not begin alone", !lonely.isReady()));
    stage.note(lonely.isAlive() ? "it waits" : "it has ended: " + lastLine(lonely));
  }

  /** A cluster of a later release: nothing is migrated, both formats are named. */
  static void otherFormat(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("a", Cluster.ALL);
    NodeProcess old = cluster.node("b", Cluster.ALL, Place.HERE);
    stage.load(RATE);
    stage.fault("the cluster's format is 999, and b does not speak it");
    stage.server().execute(cluster.database(), "UPDATE cluster_format SET number = 999");
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
          "it finds nothing but the topic that wakes: " + stranger.objects(),
          stranger.objects().equals("[wake]"));
      stage.claim("it hears no word: " + stranger.words(), stranger.words().isEmpty());
      Pauses.ready(stage, "a", "b");
      stage.say("it is gone");
    }
    stage.seconds(4);
    allAnswered(stage);
    Pauses.ready(stage, "a", "b");
  }

  private static void isRefused(Stage stage, NodeProcess node, String says) {
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
