package dev.leat.bench;

import dev.leat.bench.Wrk.Load;
import dev.leat.bench.Wrk.Target;
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
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * What a cluster costs: a call on a node that has joined one, a call that goes to another node's
 * worker, the start of a node that joins, and what is left of a cluster's capacity when five times
 * as much is asked for. Whatever is compared runs in turn.
 */
public final class ClusterBenchmark {
  private static final int ROUNDS = Integer.getInteger("rounds", 12);
  private static final int SECONDS = Integer.getInteger("seconds", 2);

  /** Of each target. */
  private static final int WARM_UP_SECONDS = Integer.getInteger("warm-up", 40);

  private static final int STARTS = 5;

  /** Instances of the function of the overload, and how long each call holds one. */
  private static final int INSTANCES = 4;

  private static final Duration SERVICE = Duration.ofMillis(20);
  private static final Duration OVERLOAD = Duration.ofSeconds(10);
  private static final int OVER = 5;

  private final PrintStream out;
  private final Path home;
  private final PostgresServer server;

  private ClusterBenchmark(PrintStream out, Path home, PostgresServer server) {
    this.out = out;
    this.home = home;
    this.server = server;
  }

  public static void main(String[] arguments) throws IOException {
    List<String> parts =
        arguments.length == 0
            ? List.of("joined", "remote", "start", "overload")
            : List.of(arguments);
    Path home = Files.createTempDirectory("leat-bench");
    try (PostgresServer server = PostgresServer.start()) {
      ClusterBenchmark benchmark = new ClusterBenchmark(System.out, home, server);
      for (String part : parts) {
        switch (part) {
          case "joined" -> benchmark.joined();
          case "remote" -> benchmark.remote();
          case "start" -> benchmark.start();
          case "overload" -> benchmark.overload();
          default ->
              throw new IllegalArgumentException("joined, remote, start or overload, not " + part);
        }
      }
    }
  }

  private Cluster cluster(String name) {
    return new Cluster(home.resolve(name), server, server.port(), new Random());
  }

  /** A node by itself, and the same node with another that has joined it and has nothing to do. */
  private void joined() throws IOException {
    out.println("\njoined: a node that runs alone, and one of two that have joined, no-op");
    try (Cluster alone = cluster("alone");
        Cluster two = cluster("joined")) {
      NodeProcess single = alone.single("single");
      NodeProcess first = two.node("first", Cluster.ALL, Place.HERE);
      two.node("second", Cluster.ALL, Place.HERE);
      alone.start();
      two.start();
      compare(
          64,
          target("alone", noop(alone), alone, List.of(single)),
          target("joined", noop(two), two, List.of(first)));
    }
  }

  /** A node with a worker of its own, and a gateway whose worker is another process. */
  private void remote() throws IOException {
    out.println("\nremote: a worker in the same process, and in another, no-op, 16 connections");
    try (Cluster local = cluster("local");
        Cluster remote = cluster("remote")) {
      NodeProcess both = local.node("both", Cluster.ALL, Place.HERE);
      NodeProcess gateway = remote.node("gateway", "gateway,scheduler", Place.HERE);
      NodeProcess worker = remote.node("worker", "worker", Place.HERE);
      local.start();
      remote.start();
      compare(
          16,
          target("local", noop(local), local, List.of(both)),
          target("remote", noop(remote), remote, List.of(gateway, worker)));
    }
  }

  /** Deploys the sample that does nothing; answers its path. */
  private static String noop(Cluster cluster) throws IOException {
    cluster.tenant();
    return cluster.deploy(
        "noop",
        Files.readAllBytes(Path.of("sdk", "samples", "noop", "noop.wasm")),
        """
          contract: handler
          limits: {fuel: 100000, memory: 2Mi, timeout: 1s}
        """);
  }

  private static Target target(
      String name, String path, Cluster cluster, List<NodeProcess> serving) {
    return new Target(
        name,
        () -> serving.stream().map(NodeProcess::cpuTime).reduce(Duration.ZERO, Duration::plus),
        serving.getFirst().url() + path,
        Map.of("Authorization", "Bearer " + cluster.token()),
        "");
  }

  private void compare(int connections, Target base, Target other) throws IOException {
    Wrk wrk = new Wrk(home, connections);
    for (int run = 0; run < 4; run++) {
      wrk.run(base, WARM_UP_SECONDS / 4);
      wrk.run(other, WARM_UP_SECONDS / 4);
    }
    List<Load> bases = new ArrayList<>();
    List<Load> others = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      // Whichever goes first has the other's leavings before it: they take turns.
      if (round % 2 == 0) {
        bases.add(run(wrk, base));
        others.add(run(wrk, other));
      } else {
        others.add(run(wrk, other));
        bases.add(run(wrk, base));
      }
    }
    print(base.name(), bases);
    print(other.name(), others);
    List<Double> throughput = new ArrayList<>();
    List<Double> cpu = new ArrayList<>();
    List<Double> added = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      throughput.add(others.get(i).requestsPerSecond() / bases.get(i).requestsPerSecond());
      cpu.add(others.get(i).cpuMicros() / bases.get(i).cpuMicros());
      added.add(others.get(i).p50Millis() - bases.get(i).p50Millis());
    }
    out.printf(
        "%s / %s: throughput %.2f (%s), processor %.2f (%s), p50 %+.3f ms (%s)%n",
        other.name(),
        base.name(),
        Ratios.median(throughput),
        Ratios.range(throughput),
        Ratios.median(cpu),
        Ratios.range(cpu),
        Ratios.median(added),
        Ratios.range(added));
  }

  private static Load run(Wrk wrk, Target target) throws IOException {
    LockSupport.parkNanos(1_000_000_000L);
    return wrk.run(target, SECONDS);
  }

  private void print(String name, List<Load> loads) {
    out.printf(
        "%-8s %8.0f/s  p50 %.3f ms  p99 %.2f ms  %.2f us of processor  %d errors%n",
        name,
        Ratios.median(loads.stream().map(Load::requestsPerSecond).toList()),
        Ratios.median(loads.stream().map(Load::p50Millis).toList()),
        Ratios.median(loads.stream().map(Load::p99Millis).toList()),
        Ratios.median(loads.stream().map(Load::cpuMicros).toList()),
        loads.stream().mapToLong(Load::errors).sum());
  }

  /** Nodes that join a cluster of one, started by the launcher, until they are ready. */
  private void start() throws IOException {
    out.println("\nstart: from the start of the process to ready");
    Path launcher = Path.of("leat");
    try (Cluster cluster = cluster("start")) {
      cluster.node("first", Cluster.ALL, Place.HERE).by(launcher);
      cluster.start();
      List<Double> seconds = new ArrayList<>();
      for (int i = 0; i < STARTS; i++) {
        NodeProcess joining = cluster.node("joining-" + i, Cluster.ALL, Place.HERE).by(launcher);
        long started = System.nanoTime();
        cluster.join(joining);
        joining.awaitReady();
        seconds.add((System.nanoTime() - started) / 1e9);
        joining.terminate();
      }
      out.printf("median %.2f s (%s)%n", Ratios.median(seconds), Ratios.range(seconds));
    }
  }

  /** As much as two nodes can do, asked for by as many as can wait, and five times as much. */
  private void overload() throws IOException {
    out.printf(
        "%noverload: two nodes, a function that holds one of %d instances a node for %d ms%n",
        INSTANCES, SERVICE.toMillis());
    try (Cluster cluster = cluster("overload")) {
      cluster.node("a", Cluster.ALL, Place.HERE);
      cluster.node("b", Cluster.ALL, Place.HERE);
      cluster.start();
      cluster.tenant();
      cluster.deploy(
          "busy",
          Witness.module(SERVICE),
          """
            contract: wasi
            instances: {min: %1$d, max: %1$d, idle: 5m}
          """
              .formatted(INSTANCES));
      try (LoadBalancer balancer = cluster.balancer()) {
        int nominal = (int) (2 * INSTANCES * 1_000 / SERVICE.toMillis());
        offer(cluster, balancer, nominal / 2, Duration.ofSeconds(15)); // warm
        // Twice what can be: everything that can be done is.
        double capacity = goodput(offer(cluster, balancer, 2 * nominal, OVERLOAD));
        Ledger once = offer(cluster, balancer, (int) Math.round(capacity), OVERLOAD);
        Ledger over = offer(cluster, balancer, (int) Math.round(OVER * capacity), OVERLOAD);
        out.printf("capacity %.0f/s of %d/s nominal%n", capacity, nominal);
        print("1x", once);
        print(OVER + "x", over);
        out.printf(
            "goodput at %dx: %.2f of capacity; p99 of the admitted: %.2f of that at 1x%n",
            OVER,
            goodput(over) / capacity,
            (double) over.percentile(99).toNanos() / once.percentile(99).toNanos());
      }
    }
  }

  private static Ledger offer(
      Cluster cluster, LoadBalancer balancer, int perSecond, Duration length) {
    String head = cluster.head("busy");
    Ledger ledger =
        new OpenLoop(balancer, "busy", perSecond, _ -> head).start().during(length).end();
    LockSupport.parkNanos(2_000_000_000L);
    return ledger;
  }

  /** What was answered a second while it was asked for. */
  private static double goodput(Ledger ledger) {
    long began = ledger.entries().stream().mapToLong(Entry::dueNanos).min().orElse(0);
    long inTime =
        ledger.entries().stream()
            .filter(entry -> entry.ending().isAnswered())
            .filter(entry -> entry.endNanos() - began < OVERLOAD.toNanos())
            .count();
    return inTime / (OVERLOAD.toNanos() / 1e9);
  }

  private void print(String name, Ledger ledger) {
    out.printf(
        "%-3s offered %d, answered %d (%.0f/s), p50 %.1f ms, p99 %.1f ms, refused %s, other %d%n",
        name,
        ledger.offered(),
        ledger.answered(),
        goodput(ledger),
        ledger.percentile(50).toNanos() / 1e6,
        ledger.percentile(99).toNanos() / 1e6,
        ledger.details(Kind.REFUSED),
        ledger.offered() - ledger.answered() - ledger.count(Kind.REFUSED));
  }
}
