package dev.leat.failures;

import dev.leat.failures.rig.Cluster;
import dev.leat.failures.rig.Ending.Kind;
import dev.leat.failures.rig.NodeProcess;
import java.time.Duration;
import java.util.Set;

/** Processes that are killed with -9. */
final class Kills {
  private static final int RATE = 500;
  private static final Duration LOST_WITHIN = Duration.ofSeconds(2);

  /** With less to run on, what is left may have to refuse some for a while. */
  private static final Duration RECOVERED_WITHIN = Duration.ofSeconds(5);

  static final String LOST = "502 worker-lost";
  static final String FULL = "503 overloaded";

  private Kills() {}

  /** Those that had begun are told so within two seconds; all others run elsewhere. */
  static void worker(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("g", "gateway,scheduler", "w1", "worker", "w2", "worker");
    NodeProcess victim = cluster.nodes().get(1 + stage.random().nextInt(2));
    stage.load(RATE);
    stage.seconds(3 + stage.random().nextDouble());
    kill(stage, victim);
    stage.seconds(8);
    Account account = stage.account(Set.of());

    long fault = stage.faultNanos();
    Duration longest =
        account.ledger().entries().stream()
            .filter(entry -> entry.ending().kind() == Kind.REFUSED)
            .filter(entry -> entry.dueNanos() < fault)
            .map(entry -> Duration.ofNanos(entry.endNanos() - fault))
            .max(Duration::compareTo)
            .orElse(Duration.ZERO);
    stage.note("last of its calls ended %.2f s after the kill".formatted(seconds(longest)));
    stage.claim(
        "calls of the killed worker end within %s, took %s".formatted(LOST_WITHIN, longest),
        longest.compareTo(LOST_WITHIN) <= 0);
    refusedOnlyAs(stage, account, LOST, FULL);
    recovered(stage, account);
  }

  /** Its clients see their connections end; the others' clients nothing. */
  static void gateway(Stage stage) throws Exception {
    Cluster cluster =
        stage.cluster("g1", "gateway,scheduler", "g2", "gateway,scheduler", "w", "worker");
    NodeProcess victim = cluster.nodes().get(stage.random().nextInt(2));
    stage.load(RATE);
    stage.seconds(3 + stage.random().nextDouble());
    kill(stage, victim);
    stage.seconds(6);
    Account account = stage.account(Set.of(victim.name()));
    refusedOnlyAs(stage, account, FULL);
    recovered(stage, account);
  }

  /** The member that Hazelcast counts as its master, and that has begun the cluster. */
  static void oldest(Stage stage) throws Exception {
    stage.cluster("a", Cluster.ALL, "b", Cluster.ALL, "c", Cluster.ALL);
    stage.load(RATE);
    stage.seconds(3 + stage.random().nextDouble());
    kill(stage, stage.node(0));
    stage.seconds(8);
    Account account = stage.account(Set.of("a"));
    refusedOnlyAs(stage, account, LOST, FULL);
    recovered(stage, account);
    lostIsSeen(stage, stage.node(1), "a");
  }

  /** One of three is left, and has no majority to ask for: it serves. */
  static void two(Stage stage) throws Exception {
    stage.cluster("a", Cluster.ALL, "b", Cluster.ALL, "c", Cluster.ALL);
    int survivor = stage.random().nextInt(3);
    stage.load(RATE / 2);
    stage.seconds(3 + stage.random().nextDouble());
    NodeProcess one = stage.node((survivor + 1) % 3);
    NodeProcess other = stage.node((survivor + 2) % 3);
    kill(stage, one);
    stage.seconds(stage.random().nextDouble());
    kill(stage, other);
    stage.seconds(10);
    Account account = stage.account(Set.of(one.name(), other.name()));
    refusedOnlyAs(stage, account, LOST, FULL);
    recovered(stage, account);
    lostIsSeen(stage, stage.node(survivor), one.name());
  }

  private static void kill(Stage stage, NodeProcess node) {
    stage.fault("kill -9 " + node.name());
    node.kill();
  }

  private static void lostIsSeen(Stage stage, NodeProcess asked, String lost) {
    stage.until(
        lost + " is shown as lost",
        Duration.ofSeconds(10),
        () -> stage.members(asked).getOrDefault(lost, "lost").equals("lost"));
  }

  /** After a while everything is answered again. */
  static void recovered(Stage stage, Account account) {
    Duration took = account.ledger().lastFailureAfter(stage.faultNanos());
    stage.claim(
        "all is answered again within %s, was %s".formatted(RECOVERED_WITHIN, took),
        took.compareTo(RECOVERED_WITHIN) <= 0);
  }

  /** Nothing but these: a worker that is lost, not a cluster that gave up. */
  static void refusedOnlyAs(Stage stage, Account account, String... reasons) {
    Set<String> allowed = Set.of(reasons);
    var others =
        account.ledger().entries().stream()
            .filter(entry -> entry.ending().kind() == Kind.REFUSED)
            .filter(entry -> !allowed.contains(entry.ending().what()))
            .map(entry -> entry.ending().what() + " (" + entry.ending().detail() + ")")
            .distinct()
            .limit(5)
            .toList();
    stage.claim("refused only as " + allowed + ", not " + others, others.isEmpty());
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
