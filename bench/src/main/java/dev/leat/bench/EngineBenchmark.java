package dev.leat.bench;

import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What crossing into a guest costs, and putting one back. Each benchmark runs on Leat's engine and
 * on stock Chicory, where "putting back" is a new instance.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before it measures.
public class EngineBenchmark {
  private static final int HOST_CALLS = 1_000;
  private static final int PAGE_BYTES = 4_096;

  /** 40 pages of 64 KiB: 2.6 MB. */
  private static final int MEMORY_PAGES = 40;

  @Param({"leat", "stock"})
  String engine;

  private Guest noop;
  private int noopHandle;
  private Guest echo;
  private int echoAllocate;
  private int echoHandle;
  private byte[] json;
  private Guest probe;
  private int callHost;
  private int give;
  private byte[] kilobyte;
  private int touch;

  @Setup
  public void load() throws IOException {
    noop = guest(sample("noop/noop.wasm"));
    noopHandle = noop.function("handle");
    echo = guest(sample("echo-json/echo_json.wasm"));
    echoAllocate = echo.function("allocate");
    echoHandle = echo.function("handle");
    json = JsonBody.ofKilobyte().getBytes(StandardCharsets.UTF_8);
    probe = guest(probe());
    callHost = probe.function("call_host");
    give = probe.function("give");
    kilobyte = new byte[1_024];
    touch = probe.function("touch");
  }

  private Guest guest(byte[] module) {
    return engine.equals("leat") ? new LeatGuest(module) : new StockGuest(module);
  }

  static byte[] sample(String file) throws IOException {
    try (InputStream in = EngineBenchmark.class.getResourceAsStream("/dev/leat/samples/" + file)) {
      if (in == null) {
        throw new IOException("The sample " + file + " is not on the class path");
      }
      return in.readAllBytes();
    }
  }

  /**
   * Exports that call the host, give back where they are told a body is, or write one byte to each
   * of so many 4 KiB pages.
   */
  private static byte[] probe() {
    return new WasmBuilder()
        .importFunction("leat", "probe", "(i32)->i32")
        .memory(MEMORY_PAGES, MEMORY_PAGES)
        .export(
            "call_host",
            "(i32)->i32",
            new WasmCode()
                .loop()
                .localGet(0)
                .call(0)
                .drop()
                .localGet(0)
                .i32Const(1)
                .i32Sub()
                .localTee(0)
                .brIf(0)
                .end()
                .localGet(0))
        .export(
            "give",
            "(i32,i32)->i64",
            new WasmCode()
                .localGet(0)
                .i64ExtendUnsigned()
                .i64Const(32)
                .i64Shl()
                .localGet(1)
                .i64ExtendUnsigned()
                .i64Or())
        .export(
            "touch",
            "(i32)->i32",
            new WasmCode()
                .locals(1, "i32")
                .loop()
                .localGet(1)
                .localGet(0)
                .i32Store8(0)
                .localGet(1)
                .i32Const(PAGE_BYTES)
                .i32Add()
                .localSet(1)
                .localGet(0)
                .i32Const(1)
                .i32Sub()
                .localTee(0)
                .brIf(0)
                .end()
                .localGet(1))
        .build();
  }

  @Benchmark
  public long noopCall() {
    return noop.call(noopHandle, 0, 0);
  }

  /** A kilobyte in, the same kilobyte out. */
  @Benchmark
  public byte[] copyKilobyte() {
    probe.write(PAGE_BYTES, kilobyte);
    long packed = probe.call(give, PAGE_BYTES, kilobyte.length);
    return probe.read((int) (packed >>> 32), (int) packed);
  }

  /** A kilobyte in, parsed, a kilobyte out. */
  @Benchmark
  public byte[] echoJson() {
    int pointer = (int) echo.call(echoAllocate, json.length);
    echo.write(pointer, json);
    long packed = echo.call(echoHandle, pointer, json.length);
    return echo.read((int) (packed >>> 32), (int) packed);
  }

  @Benchmark
  @OperationsPerInvocation(HOST_CALLS)
  public long hostCall() {
    return probe.call(callHost, HOST_CALLS);
  }

  /** What {@link #resetOf3Pages} does besides the reset. */
  @Benchmark
  public long touch3Pages() {
    return probe.call(touch, 3);
  }

  @Benchmark
  public long resetOf3Pages() {
    long end = probe.call(touch, 3);
    probe.renew();
    return end;
  }

  @Benchmark
  public long resetOf16Pages() {
    long end = probe.call(touch, 16);
    probe.renew();
    return end;
  }

  /** Runs JMH with its own options, then prints what the times are multiples of. */
  public static void main(String[] arguments) throws CommandLineOptionException, RunnerException {
    CommandLineOptions options = new CommandLineOptions(arguments);
    ChainedOptionsBuilder chosen = new OptionsBuilder().parent(options);
    if (options.getIncludes().isEmpty()) {
      chosen
          .include(EngineBenchmark.class.getName())
          .include(ResetBenchmark.class.getName())
          .include(QuotaBenchmark.class.getName());
    }
    Collection<RunResult> results = new Runner(chosen.build()).run();
    print(results, "engine", "leat", "stock");
    print(results, "reset", "true", "false");
  }

  /** The times with one value of the parameter as multiples of those with the other. */
  private static void print(
      Collection<RunResult> results, String parameter, String one, String other) {
    Map<String, Map<String, Double>> scores = new TreeMap<>();
    for (RunResult result : results) {
      String value = result.getParams().getParam(parameter);
      if (value != null) {
        String pages = result.getParams().getParam("pages");
        String label = result.getPrimaryResult().getLabel();
        scores
            .computeIfAbsent(pages == null ? label : label + " " + pages, key -> new TreeMap<>())
            .put(value, result.getPrimaryResult().getScore());
      }
    }
    System.out.printf("%n%-20s %12s %12s %8s%n", parameter, one + " ns", other + " ns", "ratio");
    scores.forEach((label, nanos) -> {
      Double first = nanos.get(one);
      Double second = nanos.get(other);
      if (first != null && second != null) {
        System.out.printf("%-20s %12.1f %12.1f %8.3f%n", label, first, second, first / second);
      }
    });
  }
}
