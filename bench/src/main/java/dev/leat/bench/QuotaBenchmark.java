package dev.leat.bench;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.tenants.Admission;
import dev.leat.tenants.QuotaGate;
import dev.leat.tenants.TenantLimits;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What letting a request in by its quotas costs, and its end. Run with {@code -prof gc}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before it measures.
public class QuotaBenchmark {
  private static final Usage USED =
      new Usage(100, 0, 131_072, Usage.Acquire.RESET, 5_000, 0, 1_000, 1_000);

  /** So high that nothing is turned away. */
  private static final Map<String, Long> EVERY =
      Map.of(
          "requests-per-second", 1_000_000L,
          "burst", 1_000_000L,
          "concurrency", 1_000_000L,
          "fuel-per-hour", 1_000_000_000_000_000L,
          "cpu-seconds-per-hour", 10_000_000L,
          "memory-mb-hours", 10_000_000L);

  /** What is limited: nothing, all of the tenant's, all of the tenant's and of the function's. */
  @Param({"none", "tenant", "both"})
  String quotas;

  private final FunctionRef function =
      new FunctionRef(new TenantId("acme"), new FunctionName("noop"));
  private QuotaGate gate;

  @Setup
  public void start() {
    // A faster clock: the highest rate is a million a second, and more than that are asked.
    gate = new QuotaGate(() -> 100 * System.nanoTime());
    Map<FunctionName, Map<String, Long>> functions = new HashMap<>();
    if (quotas.equals("both")) {
      functions.put(function.name(), EVERY);
    }
    if (!quotas.equals("none")) {
      gate.limit(function.tenant(), new TenantLimits(EVERY, functions));
    }
  }

  /** As one event loop and one guest thread do it. */
  @Benchmark
  public Admission admitAndRelease() {
    return once();
  }

  /** Two threads on the same tenant. */
  @Benchmark
  @Threads(2)
  public Admission admitAndReleaseByTwo() {
    return once();
  }

  private Admission once() {
    Admission admission = gate.admit(function);
    if (admission instanceof Admission.Admitted admitted) {
      admitted.release(USED);
    }
    return admission;
  }
}
