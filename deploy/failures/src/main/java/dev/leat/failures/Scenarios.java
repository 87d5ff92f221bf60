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
              Scenarios::nodeAloneKilled),
          new Scenario(
              "worker-killed",
              "A worker is killed with -9: what had begun there is told so within 2 s, all else"
                  + " runs elsewhere.",
              Kills::worker),
          new Scenario(
              "gateway-killed",
              "A gateway is killed with -9: its own connections end, nothing else is felt.",
              Kills::gateway),
          new Scenario(
              "oldest-killed",
              "The oldest of three members is killed with -9: the others go on.",
              Kills::oldest),
          new Scenario(
              "two-killed", "Two of three nodes are killed with -9: the third serves.", Kills::two),
          new Scenario(
              "worker-paused",
              "A worker stands still for 20 s (SIGSTOP): it begins nothing that was given away.",
              Pauses::worker),
          new Scenario(
              "node-paused",
              "A whole node stands still for 20 s: only its own clients wait.",
              Pauses::node),
          new Scenario(
              "partition",
              "Two sides, a gateway and a worker each, do not reach each other for 20 s: both serve,"
                  + " and find together again.",
              Pauses::partition),
          new Scenario(
              "database-away",
              "The database is away for 30 s: calls go on, the control plane answers 503.",
              Outages::database),
          new Scenario(
              "clock-step",
              "The clock of a node steps an hour ahead, back, and an hour behind.",
              Outages::clock),
          new Scenario(
              "node-joins",
              "A third node joins under load and has its share within 10 s.",
              Changes::join),
          new Scenario(
              "worker-joins",
              "A second worker joins under load and has its share within 10 s.",
              Changes::workerJoins),
          new Scenario(
              "rolling-restart",
              "Three nodes are restarted in turn under load: no request is lost.",
              Changes::rollingRestart),
          new Scenario(
              "restart-alone",
              "Two nodes without a cluster are restarted in turn under load: no connection is cut.",
              Changes::restartAlone),
          new Scenario(
              "schedulers-dead",
              "No scheduler is left: calls go on; with one back, decisions do too.",
              Changes::schedulersDead),
          new Scenario(
              "same-name",
              "A second node of one name is started: it is refused, the first serves on.",
              Doors::sameName),
          new Scenario(
              "name-taken",
              "A node stands still, and another of its name is started: the first ends when it goes"
                  + " on.",
              Doors::nameTaken),
          new Scenario(
              "ports-in-use",
              "A node is started where another listens: it says which option to change, and ends.",
              Doors::portsInUse),
          new Scenario(
              "join-nowhere",
              "A node is told to join one that is not there: it does not begin alone.",
              Doors::joinNowhere),
          new Scenario(
              "other-format",
              "A node comes to a cluster whose format it does not speak: it refuses to start.",
              Doors::otherFormat),
          new Scenario(
              "foreign-certificate",
              "Strangers come to the cluster's port, without a certificate or with one of another"
                  + " authority: they hear nothing.",
              Doors::foreignCertificate),
          new Scenario(
              "hazelcast-stranger",
              "A stranger joins the Hazelcast group and says that it is a node: it learns nothing"
                  + " and gets no call.",
              Doors::hazelcastStranger),
          new Scenario(
              "async-killed",
              "Calls are run later, and one of two nodes is killed with -9 again and again: what was"
                  + " accepted ends.",
              AsyncCalls::killed),
          new Scenario(
              "async-database-away",
              "Calls are run later, and the database is away again and again.",
              AsyncCalls::databaseAway),
          new Scenario(
              "async-disk-full",
              "Calls are run later, and the disk of a node with H2 is full again and again.",
              FullDisks::embedded),
          new Scenario(
              "async-disk-full-postgres",
              "Calls are run later, and the disk of PostgreSQL is full again and again.",
              FullDisks::postgres),
          new Scenario(
              "async-paused",
              "Calls are run later, and a node stands still (SIGSTOP), mostly for longer than its"
                  + " lease: it begins nothing that was taken over.",
              AsyncCalls::paused),
          new Scenario(
              "async-clock-step",
              "Calls are run later, and the clock of a node steps by hours: none is too old.",
              AsyncCalls::clock),
          new Scenario(
              "schedules-killed",
              "100 schedules fire, and the node that fires them is killed with -9 at that moment,"
                  + " again and again: each firing is accepted once.",
              AsyncCalls::schedules));

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
