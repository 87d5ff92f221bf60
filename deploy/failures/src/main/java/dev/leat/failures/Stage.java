package dev.leat.failures;

import dev.leat.failures.rig.ClosedLoop;
import dev.leat.failures.rig.Cluster;
import dev.leat.failures.rig.Ending.Kind;
import dev.leat.failures.rig.Entry;
import dev.leat.failures.rig.Ledger;
import dev.leat.failures.rig.LoadBalancer;
import dev.leat.failures.rig.NodeProcess;
import dev.leat.failures.rig.OpenLoop;
import dev.leat.failures.rig.Place;
import dev.leat.failures.rig.PostgresServer;
import dev.leat.failures.rig.Witness;
import dev.leat.testkit.CuttableProxy;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Where one scenario is played: its cluster, its load, and what it claims. */
final class Stage implements AutoCloseable {
  /** A second of work for a JVM that has just started, and what its compiler does meanwhile. */
  private static final Duration WARM_UP = Duration.ofSeconds(5);

  /** So many are answered before it counts as warm, however long that takes on a busy machine. */
  private static final int WARM_UP_CALLS = 1_500;

  private static final int WARM_UPS_MAX = 6;

  /** As an operator starts nodes; seen from where {@code bench/run} is. */
  private static final Path LAUNCHER = Path.of("leat");

  private static final Duration MEASURED = Duration.ofSeconds(2);

  /** Less than the threads that one tenant has in a worker, so that none of their calls queues. */
  private static final int WARM_UP_CLIENTS = 4;

  /**
   * The part of what the nodes took in the warm-up that is offered at the most. What is left is for
   * what fails, and for others' work on this machine, which comes and goes.
   */
  private static final int OFFERED_PART = 3;

  private static final Duration POLL = Duration.ofMillis(20);

  private final Scenario scenario;
  private final Path directory;
  private final PostgresServer server;
  private final Random random;
  private final int rounds;
  private final PrintStream out;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<Instant> faults = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> broken = new ArrayList<>();
  private @Nullable Cluster cluster;
  private @Nullable OpenLoop load;
  private Ledger before = new Ledger(0, List.of());
  private final long startedNanos = System.nanoTime();
  private long faultNanos;
  private int rate;
  private Optional<Row> row = Optional.empty();

  Stage(
      Scenario scenario,
      Path directory,
      PostgresServer server,
      long seed,
      int rounds,
      PrintStream out) {
    this.scenario = scenario;
    this.directory = directory;
    this.server = server;
    this.random = new Random(seed);
    this.rounds = rounds;
    this.out = out;
  }

  Random random() {
    return random;
  }

  /** How often it is broken, where that is done again and again. */
  int rounds() {
    return rounds;
  }

  PostgresServer server() {
    return server;
  }

  /** A cluster of these nodes, name and roles in turn, with the functions deployed. */
  Cluster cluster(String... namesAndRoles) throws IOException {
    Map<String, Place> places = new LinkedHashMap<>();
    return cluster(server.port(), places, namesAndRoles);
  }

  /** One of which no node is started yet. */
  Cluster clusterNotStarted(String... namesAndRoles) throws IOException {
    return clusterNotStarted(server, server.port(), Map.of(), namesAndRoles);
  }

  private Cluster clusterNotStarted(
      PostgresServer on, int databasePort, Map<String, Place> places, String... namesAndRoles)
      throws IOException {
    Cluster made = new Cluster(directory, on, databasePort, random).by(LAUNCHER);
    cluster = made;
    open.add(made);
    for (int i = 0; i < namesAndRoles.length; i += 2) {
      String name = namesAndRoles[i];
      made.node(name, namesAndRoles[i + 1], places.getOrDefault(name, Place.HERE));
    }
    return made;
  }

  /** Nodes that share a database and know nothing of each other. */
  Cluster singles(String... names) throws IOException {
    Cluster made = new Cluster(directory, server, server.port(), random).by(LAUNCHER);
    cluster = made;
    open.add(made);
    for (String name : names) {
      made.single(name);
    }
    made.start();
    made.deploy();
    return made;
  }

  /** A node alone, with its embedded database. */
  Cluster embedded(String name) throws IOException {
    Cluster made = new Cluster(directory, server, server.port(), random).by(LAUNCHER);
    cluster = made;
    open.add(made);
    made.embedded(name);
    made.start();
    made.deploy();
    return made;
  }

  /** Likewise, with a proxy before the database. */
  Cluster cluster(CuttableProxy proxy, String... namesAndRoles) throws IOException {
    open.add(proxy);
    return cluster(proxy.port(), Map.of(), namesAndRoles);
  }

  /**
   * Likewise.
   *
   * @param places of nodes that do not run as all others
   */
  Cluster cluster(int databasePort, Map<String, Place> places, String... namesAndRoles)
      throws IOException {
    return started(clusterNotStarted(server, databasePort, places, namesAndRoles));
  }

  /** Likewise, on a database server of its own. */
  Cluster cluster(PostgresServer own, String... namesAndRoles) throws IOException {
    return started(clusterNotStarted(own, own.port(), Map.of(), namesAndRoles));
  }

  private Cluster started(Cluster made) throws IOException {
    say("starting " + made.nodes().size() + " nodes");
    made.start();
    made.deploy();
    return made;
  }

  /** Warms all nodes up, then begins the load that is accounted for. */
  void load(int perSecond) {
    load(perSecond, Cluster.ONE_SLEEPS_OF);
  }

  /**
   * Likewise. On a machine that others keep busy it is less than asked for, as the nodes would
   * refuse what they have no processor for, and rightly.
   *
   * @param perSecond at the most
   * @param oneSleepsOf of so many requests one sleeps
   */
  void load(int perSecond, int oneSleepsOf) {
    Cluster loaded = Objects.requireNonNull(cluster);
    LoadBalancer through = loaded.balancer();
    open.add(through);
    say("warming up");
    ClosedLoop clients = loaded.clients(through, "warm", Cluster.ONE_SLEEPS_OF);
    Ledger warm = clients.during(WARM_UP_CLIENTS, WARM_UP);
    for (int i = 1; i < WARM_UPS_MAX && warm.answered() < WARM_UP_CALLS; i++) {
      warm = clients.during(WARM_UP_CLIENTS, WARM_UP);
    }
    Ledger measured =
        loaded.clients(through, "measured", Cluster.NONE_SLEEPS).during(WARM_UP_CLIENTS, MEASURED);
    before = warm.and(measured);
    int taken = (int) (measured.answered() / MEASURED.toSeconds());
    rate = Math.max(1, Math.min(perSecond, taken / OFFERED_PART));
    say("%d a second are taken; load of %d a second".formatted(taken, rate));
    load = loaded.load(through, "call", rate, oneSleepsOf).start();
  }

  /** Lets the load go on for so long. */
  void during(Duration length) {
    if (load == null) {
      LockSupport.parkNanos(length.toNanos());
      return;
    }
    running().during(length);
  }

  /** Does this again and again for so long. */
  void during(Duration length, Runnable check) {
    long until = System.nanoTime() + length.toNanos();
    while (System.nanoTime() - until < 0) {
      check.run();
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  void seconds(double seconds) {
    during(Duration.ofNanos((long) (seconds * 1e9)));
  }

  /** Now it is broken: recovery counts from here, unless it was said before. */
  void fault(String what) {
    faults.add(Instant.now());
    if (faultNanos == 0) {
      faultNanos = System.nanoTime();
    }
    say(what);
  }

  /** When it was broken, each time. */
  List<Instant> faults() {
    return List.copyOf(faults);
  }

  long faultNanos() {
    return faultNanos;
  }

  /** Ends the load and accounts for it. */
  Account account(Set<String> killedGateways) throws IOException {
    Ledger ledger = running().end();
    ledger.write(directory.resolve("ledger.tsv"));
    Account account =
        new Account(before.and(ledger), Witness.runs(Objects.requireNonNull(cluster).logs()));
    claim("no request is lost, hangs or is answered wrongly", account.isConserved());
    claim("no guest runs twice for one request", account.twice() == 0);
    claim(
        "what was answered ran: " + account.answeredButNotRun(),
        account.answeredButNotRun().isEmpty());
    claim(
        "what was refused as not run did not: " + account.refusedButRun(),
        account.refusedButRun().isEmpty());
    List<Entry> cut =
        ledger.entries().stream()
            .filter(entry -> entry.ending().kind() == Kind.CUT)
            .filter(entry -> !killedGateways.contains(entry.target()))
            .limit(5)
            .toList();
    claim("only connections to a gateway that was killed are cut: " + cut, cut.isEmpty());
    row = Optional.of(Row.of(rate, account, ledger, faultNanos));
    return account;
  }

  private OpenLoop running() {
    return Objects.requireNonNull(load, "no load");
  }

  /** What must hold; what does not fails the scenario, which goes on. */
  void claim(String law, boolean holds) {
    if (!holds) {
      say("BROKEN: " + law);
      broken.add(law);
    }
  }

  /** A figure beside the table's. */
  void note(String note) {
    say(note);
    notes.add(note);
  }

  void say(String what) {
    out.printf("  %6.1f s  %s%n", (System.nanoTime() - startedNanos) / 1e9, what);
  }

  /** Waits until it holds; answers how long that took, and fails the scenario after so long. */
  Duration until(String law, Duration patience, BooleanSupplier holds) {
    long began = System.nanoTime();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() - began > patience.toNanos()) {
        claim(law + " within " + patience.toSeconds() + " s", false);
        break;
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
    return Duration.ofNanos(System.nanoTime() - began);
  }

  Result result() {
    return new Result(scenario, row, notes, broken, "");
  }

  @Override
  public void close() {
    if (load != null && row.isEmpty()) {
      var unused = load.end();
    }
    for (AutoCloseable each : open.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        say("closing: " + e);
      }
    }
  }

  /** Closes it at the end. */
  <T extends AutoCloseable> T opened(T made) {
    open.add(made);
    return made;
  }

  Path directory() {
    return directory;
  }

  List<NodeProcess> nodes() {
    return Objects.requireNonNull(cluster).nodes();
  }

  List<NodeProcess> gateways() {
    return Objects.requireNonNull(cluster).gateways();
  }

  /** Each member's state by its name, as this node shows them; none while it shows nothing. */
  Map<String, String> members(NodeProcess asked) {
    try {
      return Objects.requireNonNull(cluster).members(asked);
    } catch (IOException e) {
      return Map.of();
    }
  }

  /** A node by its place in the list. */
  NodeProcess node(int index) {
    return Objects.requireNonNull(cluster).nodes().get(index);
  }
}
