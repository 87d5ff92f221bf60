package dev.leat.bench;

import dev.leat.bench.Wrk.Load;
import dev.leat.bench.Wrk.Target;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;

/**
 * Loads several targets turn and turn about, and compares them. Each run is divided by the base's
 * run just before it. Runs are short and many: a shared machine changes its speed every few
 * seconds, and few pairs should fall into two speeds. The processor time that a server used for a
 * request is printed too: it says the same on a machine that is busy with other work.
 */
final class HttpRounds {
  private static final int ROUNDS = Integer.getInteger("rounds", 20);
  private static final int SECONDS = Integer.getInteger("seconds", 2);
  private static final long SETTLE_NANOS = 1_000_000_000L;

  /** Of each target. The JVM's compiler comes to rest after more than a minute of load. */
  private static final int WARM_UP_SECONDS = Integer.getInteger("warm-up", 60);

  /** More than one: code that ends and begins connections is compiled too, and others with it. */
  private static final int WARM_UP_RUNS = 6;

  private final PrintStream out;
  private final Wrk wrk;
  private final Map<String, List<Load>> loads = new HashMap<>();

  HttpRounds(PrintStream out, Wrk wrk) {
    this.out = out;
    this.wrk = wrk;
  }

  void measure(List<Target> targets) throws IOException {
    for (int run = 1; run <= WARM_UP_RUNS; run++) {
      round("warm-up " + run, targets, Math.ceilDiv(WARM_UP_SECONDS, WARM_UP_RUNS));
    }
    loads.clear();
    for (int round = 1; round <= ROUNDS; round++) {
      round("round " + round, targets, SECONDS);
    }
  }

  private void round(String name, List<Target> targets, int seconds) throws IOException {
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

  /**
   * Prints the head of the lines.
   *
   * @param base what the shares are of
   */
  void head(String base) {
    out.printf(
        "%n%-10s %12s %8s %8s %8s %8s %12s %8s %8s%n",
        "",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "errors",
        "/ " + base,
        "(spread)",
        "cpu us",
        "/ " + base);
  }

  void line(String name, String base) {
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

  List<Double> ratios(String name, String base, ToDoubleFunction<Load> figure) {
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
