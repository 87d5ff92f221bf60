package dev.leat.bench;

import dev.leat.bench.Wrk.Load;
import dev.leat.bench.Wrk.Target;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;

/**
 * Loads a bare Vert.x handler and a whole node over loopback, turn and turn about, and prints the
 * node's throughput as a share of the bare handler's. Each of the node's runs is divided by the run
 * of the bare handler just before it, for the same bytes. Runs are short and many: a shared machine
 * changes its speed every few seconds, and few pairs should fall into two speeds. The processor
 * time that a server used for a request is printed too: it says the same on a machine that is busy
 * with other work.
 *
 * <p>The node is asked as in production: a token that is required, a quota that is counted, an
 * instance put back after each call. Both servers have the node's JVM flags, which are the
 * arguments.
 */
public final class HttpBenchmark {
  private static final int CONNECTIONS = 64;
  private static final int ROUNDS = Integer.getInteger("rounds", 20);
  private static final int SECONDS = Integer.getInteger("seconds", 2);
  private static final long SETTLE_NANOS = 1_000_000_000L;

  /** Of each target. The JVM's compiler comes to rest after more than a minute of load. */
  private static final int WARM_UP_SECONDS = Integer.getInteger("warm-up", 60);

  /** More than one: code that ends and begins connections is compiled too, and others with it. */
  private static final int WARM_UP_RUNS = 6;

  private final PrintStream out;
  private final Map<String, List<Load>> loads = new HashMap<>();

  private HttpBenchmark(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] jvmFlags) throws IOException {
    Path home = Files.createTempDirectory("leat-bench");
    new HttpBenchmark(System.out).run(List.of(jvmFlags), home);
  }

  private void run(List<String> flags, Path home) throws IOException {
    Path data = home.resolve("data");
    try (ChildServer bare = new ChildServer(flags, BareServer.class);
        ChildServer node = new ChildServer(flags, NodeServer.class, data.toString())) {
      out.println("bare pid " + bare.pid() + ", node pid " + node.pid());
      Deployment deployment = new Deployment(home);
      String token = deployment.tenant(node.url(), data.resolve("operator.token"));
      Map<String, String> headers = Map.of("Authorization", "Bearer " + token);
      String noop = node.url() + deployment.sample("noop");
      String echo = node.url() + deployment.sample("echo-json");
      String json = JsonBody.ofKilobyte();
      List<Target> targets =
          List.of(
              new Target("bare", bare::cpuTime, bare.url(), headers, ""),
              new Target("noop", node::cpuTime, noop, headers, ""),
              new Target("bare 1 KB", bare::cpuTime, bare.url(), headers, json),
              new Target("json 1 KB", node::cpuTime, echo, headers, json));
      measure(new Wrk(home, CONNECTIONS), targets);
    }
    print();
  }

  private void measure(Wrk wrk, List<Target> targets) throws IOException {
    for (int run = 1; run <= WARM_UP_RUNS; run++) {
      round("warm-up " + run, wrk, targets, Math.ceilDiv(WARM_UP_SECONDS, WARM_UP_RUNS));
    }
    loads.clear();
    for (int round = 1; round <= ROUNDS; round++) {
      round("round " + round, wrk, targets, SECONDS);
    }
  }

  private void round(String name, Wrk wrk, List<Target> targets, int seconds) throws IOException {
    out.print(name + ":");
    for (Target target : targets) {
      settle();
      Load load = wrk.run(target, seconds);
      loads.computeIfAbsent(target.name(), missing -> new ArrayList<>()).add(load);
      out.printf("  %s %.0f/s", target.name(), load.requestsPerSecond());
    }
    out.println();
  }

  /** Lets the server before finish what it does behind its answers, such as keeping records. */
  private static void settle() {
    LockSupport.parkNanos(SETTLE_NANOS);
  }

  private void print() {
    out.printf(
        "%n%-10s %12s %8s %8s %8s %8s %12s %8s %8s%n",
        "", "requests/s", "p50 ms", "p99 ms", "errors", "/ bare", "(spread)", "cpu us", "/ bare");
    line("bare", "bare");
    line("noop", "bare");
    line("bare 1 KB", "bare 1 KB");
    line("json 1 KB", "bare 1 KB");
    out.printf(
        "json 1 KB / bare without a body: %.2f%n",
        Ratios.median(ratios("json 1 KB", "bare", Load::requestsPerSecond)));
  }

  private void line(String name, String base) {
    List<Double> ratios = ratios(name, base, Load::requestsPerSecond);
    out.printf(
        "%-10s %12.0f %8.2f %8.2f %8d %8.2f %12s %8.2f %8.2f%n",
        name,
        median(name, Load::requestsPerSecond),
        median(name, Load::p50Millis),
        median(name, Load::p99Millis),
        of(name).stream().mapToLong(Load::errors).sum(),
        Ratios.median(ratios),
        Ratios.range(ratios),
        median(name, Load::cpuMicros),
        Ratios.median(ratios(name, base, Load::cpuMicros)));
  }

  private List<Double> ratios(String name, String base, ToDoubleFunction<Load> figure) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < of(name).size(); i++) {
      ratios.add(figure.applyAsDouble(of(name).get(i)) / figure.applyAsDouble(of(base).get(i)));
    }
    return ratios;
  }

  private double median(String name, ToDoubleFunction<Load> figure) {
    return Ratios.median(of(name).stream().mapToDouble(figure).boxed().toList());
  }

  private List<Load> of(String name) {
    return loads.getOrDefault(name, List.of());
  }
}
