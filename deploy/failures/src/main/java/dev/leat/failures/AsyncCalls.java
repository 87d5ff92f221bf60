package dev.leat.failures;

import dev.leat.failures.rig.AsyncLoad;
import dev.leat.failures.rig.Cluster;
import dev.leat.failures.rig.ControlPlane;
import dev.leat.failures.rig.NodeProcess;
import dev.leat.failures.rig.Place;
import dev.leat.failures.rig.SteppedTime;
import dev.leat.failures.rig.Tables;
import dev.leat.failures.rig.Witness;
import dev.leat.testkit.CuttableProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What was accepted to be run later, and schedules, while what runs them breaks. */
final class AsyncCalls {
  /** Some 100 calls a second, of which each takes 50 ms: some are always under way. */
  private static final int CLIENTS = 6;

  private static final Duration APART = Duration.ofMillis(50);

  /** A node's lease lapses after five seconds, its calls back off for some seconds. */
  static final Duration DRAINED_WITHIN = Duration.ofMinutes(3);

  private static final Duration ACCEPTED_WITHIN = Duration.ofMinutes(1);

  /** As many as a tenant may have. */
  private static final int SCHEDULES = 100;

  private AsyncCalls() {}

  /** A node is killed again and again, at any moment. */
  static void killed(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("a", Cluster.ALL, "b", Cluster.ALL);
    AsyncLoad load = begin(stage, cluster);
    for (int round = 1; round <= stage.rounds(); round++) {
      stage.seconds(0.5 + 2.5 * stage.random().nextDouble());
      NodeProcess victim = stage.node(stage.random().nextInt(2));
      stage.fault("kill -9 %s, %d of %d".formatted(victim.name(), round, stage.rounds()));
      victim.kill();
      stage.fault("it is gone");
      nothingIsMissing(stage, cluster);
      stage.seconds(stage.random().nextDouble());
      cluster.join(victim);
      victim.awaitReady();
    }
    end(stage, cluster, load);
  }

  /** All nodes lose the database again and again, for a second or for longer than their leases. */
  static void databaseAway(Stage stage) throws Exception {
    CuttableProxy proxy = CuttableProxy.to(stage.server().port());
    Cluster cluster = stage.cluster(proxy, "a", Cluster.ALL, "b", Cluster.ALL);
    AsyncLoad load = begin(stage, cluster);
    for (int round = 1; round <= stage.rounds(); round++) {
      stage.seconds(1 + 3 * stage.random().nextDouble());
      double away = stage.random().nextBoolean() ? 1 : 8;
      stage.fault(
          "the database is away for %.0f s, %d of %d".formatted(away, round, stage.rounds()));
      proxy.cut();
      stage.seconds(away);
      stage.fault("it is back");
      proxy.mend();
      nothingIsMissing(stage, cluster);
    }
    end(stage, cluster, load);
  }

  /** A node stands still for longer than its lease, and goes on. */
  static void paused(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("a", Cluster.ALL, "b", Cluster.ALL);
    AsyncLoad load = begin(stage, cluster);
    for (int round = 1; round <= stage.rounds(); round++) {
      stage.seconds(1 + 2 * stage.random().nextDouble());
      NodeProcess victim = stage.node(stage.random().nextInt(2));
      stage.fault("SIGSTOP %s, %d of %d".formatted(victim.name(), round, stage.rounds()));
      victim.pause();
      stage.fault("it stands still");
      stage.seconds(4 + 8 * stage.random().nextDouble());
      nothingIsMissing(stage, cluster);
      stage.fault("SIGCONT");
      victim.resume();
    }
    end(stage, cluster, load);
  }

  /** The wall clock of one node steps by hours. */
  static void clock(Stage stage) throws Exception {
    SteppedTime time =
        SteppedTime.in(stage.directory().resolve("time"))
            .orElseThrow(
                () -> new Scenario.Skipped("needs Linux and a C compiler (apt-get install gcc)"));
    Cluster cluster =
        stage.cluster(
            stage.server().port(),
            Map.of("b", Place.HERE.with(time.environment())),
            "a",
            Cluster.ALL,
            "b",
            Cluster.ALL);
    AsyncLoad load = begin(stage, cluster);
    for (int hours : new int[] {1, 0, -1, 12, -12, 0}) {
      stage.seconds(4);
      stage.say("the clock of b is %d h off".formatted(hours));
      time.step(Duration.ofHours(hours));
      nothingIsMissing(stage, cluster);
    }
    stage.seconds(4);
    AsyncAccount account = end(stage, cluster, load);
    stage.claim(
        "none is too old: " + account.states(), account.states().keySet().equals(Set.of("done")));
  }

  /**
   * Schedules fire, and the node that fires them is killed at that moment. Their time is set in the
   * database, since none fires more often than each minute; what they call with names the round.
   */
  static void schedules(Stage stage) throws Exception {
    Cluster cluster = stage.cluster("a", Cluster.ALL, "b", Cluster.ALL);
    ControlPlane control = cluster.controlPlane(stage.node(0));
    for (int i = 0; i < SCHEDULES; i++) {
      int status =
          control.status(
              "POST",
              "/v1/tenants/load/schedules",
              "application/json",
              "{\"id\":\"s%d\",\"function\":\"slow\",\"cron\":\"0 0 1 1 *\",\"missed\":\"all\"}"
                  .formatted(i));
      stage.claim("schedule " + i + " is made, was " + status, status == 201);
    }
    NodeProcess victim = stage.node(0);
    for (int round = 1; round <= stage.rounds(); round++) {
      cluster
          .tables()
          .execute(
              """
              UPDATE schedules SET next_at = date_trunc('minute', now()),
                data = convert_to('round-%d-' || id, 'UTF8')
              """
                  .formatted(round));
      stage.seconds(1.2 * stage.random().nextDouble());
      stage.fault("kill -9 %s, %d of %d".formatted(victim.name(), round, stage.rounds()));
      victim.kill();
      stage.fault("it is gone");
      fired(stage, cluster, round);
      cluster.join(victim);
      victim.awaitReady();
      victim = stage.node(victim == stage.node(0) ? 1 : 0); // that which has fired just now
    }
    drained(stage, cluster);
    AsyncAccount account =
        AsyncAccount.of(cluster.tables(), Map.of(), Witness.begins(cluster.logs()));
    int firings = SCHEDULES * stage.rounds();
    stage.claim(
        "each firing is accepted once: %d of %d".formatted(account.counted(), firings),
        account.counted() == firings);
    stage.claim(
        "all are done: " + account.states(),
        account.states().equals(Map.of("done", (long) firings)));
    long run = account.begins().keySet().stream().filter(key -> key.startsWith("round-")).count();
    stage.claim("each firing has run: %d of %d".formatted(run, firings), run == firings);
    nothingIsBegunTwice(stage, account);
    stage.note(
        "%,d firings, each accepted once and done; %d cut short by a kill and begun again"
            .formatted(firings, account.begunAgain()));
  }

  private static void fired(Stage stage, Cluster cluster, int round) {
    stage.until(
        "all schedules of round " + round + " have fired",
        Duration.ofSeconds(30),
        () -> cluster.tables().count("SELECT COUNT(*) FROM schedules WHERE next_at <= now()") == 0);
  }

  static AsyncLoad begin(Stage stage, Cluster cluster) {
    AsyncLoad load =
        stage.opened(
            new AsyncLoad(
                cluster.gateways().stream().map(NodeProcess::target).toList(),
                "/f/load/slow",
                cluster.token(),
                "later"));
    stage.say("load of some %d a second".formatted(CLIENTS * 1_000 / (int) APART.toMillis()));
    return load.start(CLIENTS, APART, stage.random().nextLong());
  }

  static void nothingIsMissing(Stage stage, Cluster cluster) {
    long missing = cluster.tables().count(AsyncAccount.MISSING);
    stage.claim("nothing is missing, but " + missing, missing == 0);
  }

  static void drained(Stage stage, Cluster cluster) {
    stage.until(
        "all has ended", DRAINED_WITHIN, () -> cluster.tables().count(AsyncAccount.OPEN) == 0);
  }

  /** Ends the load, waits for all that was accepted, and accounts for it. */
  static AsyncAccount end(Stage stage, Cluster cluster, AsyncLoad load) throws Exception {
    accepted(stage, load);
    drained(stage, cluster);
    return account(stage, cluster.tables(), cluster, load);
  }

  static void accepted(Stage stage, AsyncLoad load) {
    stage.claim("each call is accepted in the end", load.end(ACCEPTED_WITHIN));
  }

  /** Accounts for what was accepted, once all of it has ended. */
  static AsyncAccount account(Stage stage, Tables tables, Cluster cluster, AsyncLoad load)
      throws IOException {
    AsyncAccount account = AsyncAccount.of(tables, load.ids(), Witness.begins(cluster.logs()));
    stage.claim("nothing is missing, but " + account.missing(), account.missing() == 0);
    stage.claim("nothing accepted is lost: " + some(account.lost()), account.lost().isEmpty());
    stage.claim(
        "each call is accepted once: %d ids, %d rows, %d counted"
            .formatted(account.ids().size(), account.ends().size(), account.counted()),
        account.isEachAcceptedOnce() && account.counted() == account.ids().size());
    stage.claim(
        "what is done was run: " + some(account.doneButNotRun()),
        account.doneButNotRun().isEmpty());
    nothingIsBegunTwice(stage, account);
    stage.note(
        "%,d accepted = %s; %,d sent again by clients, %d begun again"
            .formatted(
                account.counted(),
                account.states().entrySet().stream()
                    .map(state -> "%,d %s".formatted(state.getValue(), state.getKey()))
                    .collect(Collectors.joining(" + ")),
                load.again(),
                account.begunAgain()));
    return account;
  }

  private static void nothingIsBegunTwice(Stage stage, AsyncAccount account) {
    List<String> twice = account.begunTwiceWithinALease(stage.faults());
    stage.claim("nothing is begun twice within one lease: " + some(twice), twice.isEmpty());
  }

  private static List<String> some(List<String> keys) {
    return keys.subList(0, Math.min(5, keys.size()));
  }
}
