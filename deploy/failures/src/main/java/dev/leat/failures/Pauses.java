package dev.leat.failures;

import dev.leat.failures.rig.Cluster;
import dev.leat.failures.rig.Entry;
import dev.leat.failures.rig.NodeProcess;
import dev.leat.failures.rig.Place;
import dev.leat.failures.rig.PrivateNetwork;
import dev.leat.testkit.CuttableProxy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** Nodes that are there and do not answer, or not each other. */
final class Pauses {
  private static final int RATE = 500;
  private static final double PAUSE_SECONDS = 20;

  /**
   * Until a silent worker is given up, and a call that it had ends: 1.5 s, and a round of asking.
   */
  private static final Duration GIVEN_UP_WITHIN = Duration.ofSeconds(3);

  private static final Duration BACK_WITHIN = Duration.ofSeconds(10);

  private Pauses() {}

  /** What was given away while it stood still is not begun when it goes on. */
  static void worker(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("g", "gateway,scheduler", "w1", "worker", "w2", "worker");
    NodeProcess victim = cluster.nodes().get(1 + stage.random().nextInt(2));
    stage.load(RATE);
    stage.seconds(3 + stage.random().nextDouble());
    stage.fault("SIGSTOP " + victim.name());
    victim.pause();
    stage.seconds(PAUSE_SECONDS);
    stage.say("SIGCONT");
    long resumed = System.nanoTime();
    victim.resume();
    stage.seconds(8);
    Account account = stage.account(Set.of());
    Kills.refusedOnlyAs(stage, account, Kills.LOST, Kills.FULL);
    Duration longest = account.ledger().longest(_ -> true);
    stage.claim(
        "nobody waits longer than until the worker is given up, was " + longest,
        longest.compareTo(GIVEN_UP_WITHIN) <= 0);
    long after = runsAt(account, victim, resumed, Long.MAX_VALUE);
    stage.note(after + " calls on it after SIGCONT");
    stage.claim("it gets calls again", after > 0);
    allAreReady(stage);
  }

  /** A whole node; its own clients wait with it, all others do not. */
  static void node(Stage stage) throws Exception {
    stage.cluster("a", Cluster.ALL, "b", Cluster.ALL, "c", Cluster.ALL);
    NodeProcess victim = stage.node(stage.random().nextInt(3));
    stage.load(RATE);
    stage.seconds(3 + stage.random().nextDouble());
    stage.fault("SIGSTOP " + victim.name());
    victim.pause();
    stage.seconds(PAUSE_SECONDS);
    stage.say("SIGCONT");
    victim.resume();
    stage.seconds(8);
    Account account = stage.account(Set.of());
    Duration longest = account.ledger().longest(entry -> !entry.target().equals(victim.name()));
    stage.note("through other gateways at most %.2f s".formatted(longest.toNanos() / 1e9));
    stage.claim(
        "clients of the others do not wait for it, waited " + longest,
        longest.compareTo(GIVEN_UP_WITHIN) <= 0);
    allAreReady(stage);
  }

  /**
   * Two sides of a network, a gateway and a worker each, that reach the database and their clients,
   * and not each other. A gateway has no worker of its own here, so each calls both until the cut.
   */
  static void partition(Stage stage) throws Exception {
    String missing = PrivateNetwork.missing();
    if (!missing.isEmpty()) {
      throw new Scenario.Skipped(missing);
    }
    PrivateNetwork network = stage.opened(PrivateNetwork.make());
    CuttableProxy database = stage.opened(CuttableProxy.to(stage.server().port(), network.here()));
    Map<String, Place> places = new LinkedHashMap<>();
    for (String name : List.of("g1", "w1", "g2", "w2")) {
      places.put(name, network.place(name));
    }
    stage.cluster(
        database.port(),
        places,
        "g1",
        "gateway,scheduler",
        "w1",
        "worker",
        "g2",
        "gateway,scheduler",
        "w2",
        "worker");
    stage.load(RATE);
    long loaded = System.nanoTime();
    stage.seconds(3 + stage.random().nextDouble());
    stage.fault("g1 and w1 no longer reach g2 and w2");
    between(network::separate);
    stage.seconds(PAUSE_SECONDS);
    stage.say("the network is whole again");
    long healed = System.nanoTime();
    between(network::heal);
    stage.seconds(8);
    long ended = System.nanoTime();
    Account account = stage.account(Set.of());

    long givenUp = stage.faultNanos() + GIVEN_UP_WITHIN.toNanos();
    long before = crossed(account, stage, loaded, stage.faultNanos());
    long during = crossed(account, stage, givenUp, healed);
    long after = crossed(account, stage, healed, ended);
    stage.note(
        "calls that crossed: %d before, %d while it was cut, %d after"
            .formatted(before, during, after));
    stage.claim("calls cross before", before > 0);
    stage.claim("none crosses while the network is cut", during == 0);
    stage.claim("calls cross again", after > 0);
    Kills.refusedOnlyAs(stage, account, Kills.LOST, Kills.FULL);
    Duration longest = account.ledger().longest(_ -> true);
    stage.claim(
        "nobody waits longer than until the others are given up, was " + longest,
        longest.compareTo(GIVEN_UP_WITHIN) <= 0);
    stage.claim(
        "nothing is refused once it is whole", account.ledger().lastFailureAfter(healed).isZero());
    allAreReady(stage);
  }

  private static void between(BiConsumer<String, String> sides) {
    for (String one : List.of("g1", "w1")) {
      for (String other : List.of("g2", "w2")) {
        sides.accept(one, other);
      }
    }
  }

  /** Calls that were due in this time, and ran on the other side than their gateway's. */
  private static long crossed(Account account, Stage stage, long fromNanos, long toNanos) {
    long all = 0;
    for (NodeProcess worker : stage.nodes()) {
      String side = worker.name().substring(1);
      all += runsAt(account, worker, fromNanos, toNanos, entry -> !entry.target().endsWith(side));
    }
    return all;
  }

  /** Without anybody's help, and each gateway sees it. */
  static void allAreReady(Stage stage) {
    ready(stage, stage.nodes().stream().map(NodeProcess::name).toArray(String[]::new));
  }

  /** These are the members, and ready, as each gateway of them that lives shows them. */
  static void ready(Stage stage, String... names) {
    Map<String, String> all = new TreeMap<>();
    for (String name : names) {
      all.put(name, "ready");
    }
    List<NodeProcess> asked =
        stage.gateways().stream()
            .filter(node -> node.isAlive() && all.containsKey(node.name()))
            .toList();
    Duration took =
        stage.until(
            "each node sees all as ready",
            BACK_WITHIN,
            () -> asked.stream().allMatch(node -> stage.members(node).equals(all)));
    stage.say("each node sees all as ready after %.1f s".formatted(took.toNanos() / 1e9));
  }

  /** How many of the calls that were due in this time ran there. */
  static long runsAt(Account account, NodeProcess node, long fromNanos, long toNanos) {
    return runsAt(account, node, fromNanos, toNanos, _ -> true);
  }

  private static long runsAt(
      Account account, NodeProcess node, long fromNanos, long toNanos, Predicate<Entry> which) {
    String log = String.valueOf(node.log().getFileName());
    return account.ledger().entries().stream()
        .filter(which)
        .filter(entry -> entry.dueNanos() >= fromNanos && entry.dueNanos() < toNanos)
        .filter(entry -> account.runs().getOrDefault(entry.id(), List.of()).contains(log))
        .count();
  }
}
