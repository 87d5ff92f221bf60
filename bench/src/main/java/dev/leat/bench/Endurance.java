package dev.leat.bench;

import dev.leat.contract.Allowance;
import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Invocation;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.contract.permission.PermissionSource;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.engine.files.FileClassStore;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import dev.leat.worker.HostPowers;
import dev.leat.worker.Worker;
import dev.leat.worker.WorkerConfig;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.PermissionDenials;
import dev.leat.worker.capability.Powers;
import dev.leat.worker.capability.database.DatabasePower;
import dev.leat.worker.capability.http.OutboundConfig;
import dev.leat.worker.capability.keyvalue.KeyValuePower;
import dev.leat.worker.capability.logging.GuestLogs;
import dev.leat.worker.capability.metrics.GuestMetrics;
import dev.leat.worker.capability.secret.HeldSecrets;
import dev.leat.worker.capability.secret.SecretsPower;
import dev.leat.worker.guest.CpuTime;
import dev.leat.worker.guest.CpuTurns;
import dev.leat.worker.guest.Guest;
import dev.leat.worker.guest.GuestFactory;
import dev.leat.worker.jdbi.JdbiKeyValueStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.h2.jdbcx.JdbcDataSource;

/**
 * What a worker keeps up over time: the cold path, how many instances a heap holds, whether memory
 * comes back, and what one tenant's endless loops do to another. Run by {@code bench/run
 * endurance}, in a heap of 512 MB.
 */
public final class Endurance {
  private static final String CONFIG = "{\"fields_to_mask\":[\"email\",\"phone\"]}";
  private static final byte[] BODY =
      "{\"name\":\"Ada\",\"email\":\"ada@example.org\"}".getBytes(StandardCharsets.UTF_8);
  private static final int RESIDENT = 1_000;
  private static final int DEPLOYED = 10_000;
  private static final int UNLOADED_MODULES = 2_000;
  private static final int INVOCATIONS = 1_000_000;
  private static final int NEIGHBOUR_CALLS = 20_000;
  private static final int NEIGHBOUR_ROUNDS = 15;

  private final Map<ModuleDigest, byte[]> blobs = new ConcurrentHashMap<>();
  private final GuestHeap heap = GuestHeap.ofThisJvm();
  private final ChicoryEngine engine;
  private final GuestFactory guests;
  private final Worker worker;

  /** These guests keep nothing: nothing is connected to. */
  private static KeyValuePower noValues() {
    return new KeyValuePower(
        new JdbiKeyValueStore(new JdbcDataSource()),
        new HostWork(Thread::startVirtualThread, 1),
        tenant -> Allowance.PLATFORM,
        Clock.systemUTC());
  }

  private Endurance(Path directory) throws IOException {
    FileClassStore classes = new FileClassStore(directory);
    classes.start();
    engine = new ChicoryEngine(ModuleLimits.DEFAULT, CompileBudget.ofThisJvm(), classes, heap);
    Powers powers =
        HostPowers.of(
            new GuestLogs((from, level, text) -> 0, System::nanoTime),
            new GuestMetrics(function -> true),
            noValues(),
            HttpCallBenchmark.power(Vertx.vertx(), OutboundConfig.DEFAULT),
            new SecretsPower(
                new HeldSecrets((tenant, name) -> Optional.empty()),
                new HostWork(Thread::startVirtualThread, 1)),
            DatabasePower.none(),
            Clock.systemUTC(),
            PermissionSource.OF_MANIFESTS,
            new PermissionDenials((function, type, resource) -> {}));
    guests = new GuestFactory(powers, new CpuTurns(1, () -> {}));
    worker =
        new Worker(
            WorkerConfig.forCores(Runtime.getRuntime().availableProcessors()),
            engine,
            digest -> Objects.requireNonNull(blobs.get(digest)),
            powers,
            (invocation, outcome) -> {});
    heap.onShortage(worker::reclaim);
    worker.start();
  }

  /**
   * @param names which parts to run; all when none is named
   */
  public static void main(String[] names) throws Exception {
    Path directory = Files.createTempDirectory("leat-endurance");
    Endurance endurance = new Endurance(directory);
    Map<String, Part> parts = new LinkedHashMap<>();
    parts.put("cold", endurance::cold);
    parts.put("density", endurance::density);
    parts.put("deployed", () -> endurance.deployed(directory));
    parts.put("leak", endurance::leak);
    parts.put("unloading", endurance::unloading);
    parts.put("neighbour", endurance::neighbours);
    parts.put("deadline", endurance::deadline);
    for (String name : names.length == 0 ? parts.keySet() : List.of(names)) {
      Part part = parts.get(name);
      if (part == null) {
        throw new IllegalArgumentException("The parts are " + parts.keySet() + ", not " + name);
      }
      part.run();
    }
    endurance.worker.close();
  }

  @FunctionalInterface
  private interface Part {
    void run() throws Exception;
  }

  /** From stored classes to the first result, in a JVM that has done it before. */
  private void cold() throws IOException {
    for (String sample : List.of("mask-pii", "markdown", "word-count", "token-transfers", "noop")) {
      byte[] module = sample(sample);
      blobs.put(ModuleDigest.of(module), module);
      engine.inspectAndCompile(new TenantId("acme"), module);
      long[] nanos = new long[200];
      for (int i = 0; i < nanos.length; i++) {
        FunctionVersion version = version("cold", 1, module, guest(sample));
        long started = System.nanoTime();
        Guest guest =
            guests.create(
                version,
                engine.load(version.function().tenant(), version.module(), module),
                budget(version),
                null);
        guest.run(invocation(version), Usage.Acquire.COLD, 0, 0, CpuTime.begin());
        nanos[i] = System.nanoTime() - started;
        guest.close();
      }
      print(
          "cold: %s, from stored classes to the first result", sample, percentile(nanos, 50), "us");
    }
  }

  private void density() throws Exception {
    byte[] module = sample("mask-pii");
    long before = usedAfterGc();
    for (int i = 0; i < RESIDENT; i++) {
      require(call(version("f" + i, 1, module, GuestContract.HANDLER)));
    }
    long used = usedAfterGc() - before;
    System.out.printf(
        "density: %d functions called, %d instances resident, %.1f MB more heap of %d MB%n",
        RESIDENT, worker.idleInstances(), used / 1e6, Runtime.getRuntime().maxMemory() / 1_000_000);
  }

  /** Functions with rows of their own that nobody calls. */
  private void deployed(Path directory) throws Exception {
    long[] bytes =
        new DeployedFunctions(directory, engine)
            .heapBytes(DEPLOYED, sample("mask-pii"), Endurance::usedAfterGc);
    System.out.printf(
        "deployed: %d functions not resident take %.1f MB of heap, %.1f MB after a restart%n",
        DEPLOYED, bytes[0] / 1e6, bytes[1] / 1e6);
  }

  private void leak() throws Exception {
    FunctionVersion version = version("leak", 1, sample("mask-pii"), GuestContract.HANDLER);
    for (int i = 0; i < 20_000; i++) {
      require(call(version));
    }
    long before = usedAfterGc();
    Semaphore inFlight = new Semaphore(4);
    long started = System.nanoTime();
    for (int i = 0; i < INVOCATIONS; i++) {
      inFlight.acquire();
      worker.invoke(invocation(version), outcome -> inFlight.release());
    }
    inFlight.acquire(4);
    double seconds = (System.nanoTime() - started) / 1e9;
    long after = usedAfterGc();
    System.out.printf(
        "leak: %d invocations in %.1f s (%.0f/s), heap after full GC %.1f -> %.1f MB (%+.1f %%)%n",
        INVOCATIONS,
        seconds,
        INVOCATIONS / seconds,
        before / 1e6,
        after / 1e6,
        100.0 * (after - before) / before);
  }

  /** Loads module after module, each with its own digest and classes, keeping none. */
  private void unloading() throws IOException {
    byte[] module = sample("noop");
    long before = 0;
    for (int i = 0; i < UNLOADED_MODULES; i++) {
      byte[] variant = Arrays.copyOf(module, module.length + 8);
      byte[] section = {0, 6, 1, 'v', (byte) i, (byte) (i >> 8), 0, 0}; // a custom section
      System.arraycopy(section, 0, variant, module.length, section.length);
      FunctionVersion version = version("unloaded", 1, variant, GuestContract.HANDLER);
      guests
          .create(
              version,
              engine.load(version.function().tenant(), version.module(), variant),
              budget(version),
              null)
          .close();
      blobs.remove(version.module());
      if (i == UNLOADED_MODULES / 4) {
        before = metaspaceAfterGc();
      }
    }
    long after = metaspaceAfterGc();
    System.out.printf(
        "unloading: metaspace after %d modules %.1f MB, after %d modules %.1f MB%n",
        UNLOADED_MODULES / 4, before / 1e6, UNLOADED_MODULES, after / 1e6);
  }

  /**
   * One tenant's calls, alone and beside a tenant that loops on all of its slots, turn and turn
   * about: each round's p99 is compared with that of the round just before it.
   */
  private void neighbours() throws Exception {
    FunctionVersion quiet = version("quiet", 1, sample("mask-pii"), GuestContract.HANDLER);
    FunctionVersion endless = endless("loops", Duration.ofMillis(500));
    latencies(quiet); // a warm-up
    List<Double> alone = new ArrayList<>();
    List<Double> beside = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < NEIGHBOUR_ROUNDS; round++) {
      alone.add(percentile(latencies(quiet), 99));
      try (Hog _ = new Hog(endless)) {
        beside.add(percentile(latencies(quiet), 99));
      }
      ratios.add(beside.getLast() / alone.getLast());
    }
    System.out.printf(
        "neighbour: p99 %.3f -> %.3f ms, medians of %d rounds, %.1f times (%s) beside endless loops%n",
        Ratios.median(alone) / 1e3,
        Ratios.median(beside) / 1e3,
        NEIGHBOUR_ROUNDS,
        Ratios.median(ratios),
        Ratios.range(ratios));
  }

  /** A tenant whose loops fill all of its slots until it is closed. */
  private final class Hog implements AutoCloseable {
    private final FunctionVersion endless;
    private final Cancellation stop = new Cancellation();
    private final Semaphore slots;
    private final int slotCount;

    /** Returns when all slots are taken. */
    Hog(FunctionVersion endless) {
      this.endless = endless;
      this.slotCount = endless.instances().max() * 2;
      this.slots = new Semaphore(slotCount);
      Thread.ofPlatform().start(this::loop);
      while (slots.availablePermits() > 0) {
        Thread.onSpinWait();
      }
    }

    private void loop() {
      while (true) {
        slots.acquireUninterruptibly();
        if (stop.isCancelled()) {
          slots.release();
          return;
        }
        worker.invoke(invocation(endless, stop), outcome -> slots.release());
      }
    }

    @Override
    public void close() {
      stop.cancel();
      slots.acquireUninterruptibly(slotCount);
    }
  }

  /** How long after its deadline an endless loop ends, with as many as there are slots at once. */
  private void deadline() throws Exception {
    FunctionVersion endless = endless("late", Duration.ofMillis(50));
    List<Long> late = new ArrayList<>();
    for (int round = 0; round < 40; round++) {
      List<CompletableFuture<Outcome>> running = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        CompletableFuture<Outcome> ended = new CompletableFuture<>();
        worker.invoke(invocation(endless), ended::complete);
        running.add(ended);
      }
      for (CompletableFuture<Outcome> ended : running) {
        late.add(ended.get().usage().execNanos() - endless.limits().timeout().toNanos());
      }
    }
    long[] nanos = late.stream().mapToLong(Long::longValue).toArray();
    System.out.printf(
        "deadline: an endless loop ends %.2f ms late (median), %.2f ms (p99), 4 at once%n",
        percentile(nanos, 50) / 1e3, percentile(nanos, 99) / 1e3);
  }

  private long[] latencies(FunctionVersion version) throws Exception {
    long[] nanos = new long[NEIGHBOUR_CALLS];
    for (int i = 0; i < nanos.length; i++) {
      long started = System.nanoTime();
      require(call(version));
      nanos[i] = System.nanoTime() - started;
    }
    return nanos;
  }

  private Outcome call(FunctionVersion version) throws Exception {
    CompletableFuture<Outcome> ended = new CompletableFuture<>();
    worker.invoke(invocation(version), ended::complete);
    return ended.get();
  }

  private static void require(Outcome outcome) {
    if (!(outcome instanceof Outcome.Responded)) {
      throw new IllegalStateException("The call ended as " + outcome);
    }
  }

  private static Invocation invocation(FunctionVersion version) {
    return invocation(version, new Cancellation());
  }

  private static Invocation invocation(FunctionVersion version, Cancellation cancellation) {
    return new Invocation(
        "bench", version, new HttpCall("POST", "", null, Headers.NONE, BODY), cancellation);
  }

  private FunctionVersion endless(String name, Duration timeout) {
    byte[] module =
        new WasmBuilder()
            .memory(1)
            .export("allocate", "(i32)->i32", new WasmCode().i32Const(16))
            .export("handle", "(i32,i32)->i64", new WasmCode().loop().br(0).end().i64Const(0))
            .build();
    FunctionVersion version = version(name, 1, module, GuestContract.HANDLER);
    return new FunctionVersion(
        new FunctionRef(new TenantId("noisy"), version.function().name()),
        1,
        version.module(),
        version.guest(),
        new Limits(Long.MAX_VALUE, 4 << 20, timeout, 1 << 20, 1 << 20),
        version.instances(),
        version.grants(),
        "{}");
  }

  private FunctionVersion version(String name, int number, byte[] module, GuestContract guest) {
    ModuleDigest digest = ModuleDigest.of(module);
    blobs.put(digest, module);
    return new FunctionVersion(
        new FunctionRef(new TenantId("acme"), new FunctionName(name)),
        number,
        digest,
        guest,
        Limits.DEFAULT,
        new InstancePolicy(0, 8, Duration.ofMinutes(10), InstancePolicy.Reuse.RESET),
        Grants.of(new Grant.Config()),
        CONFIG);
  }

  private static GuestBudget budget(FunctionVersion version) {
    return new GuestBudget(
        version.limits().fuel(),
        System.nanoTime() + version.limits().timeout().toNanos(),
        new Cancellation());
  }

  private static GuestContract guest(String sample) {
    return switch (sample) {
      case "word-count" -> GuestContract.WASI;
      case "token-transfers" -> GuestContract.PROCESSOR;
      default -> GuestContract.HANDLER;
    };
  }

  private static byte[] sample(String name) throws IOException {
    String file = "/dev/leat/samples/" + name + "/" + name.replace('-', '_') + ".wasm";
    try (InputStream in = Objects.requireNonNull(Endurance.class.getResourceAsStream(file), file)) {
      return in.readAllBytes();
    }
  }

  private static void print(String what, String name, double value, String unit) {
    System.out.printf(what + " %.0f %s%n", name, value, unit);
  }

  /** In microseconds. */
  private static double percentile(long[] nanos, int percent) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1e3;
  }

  private static long usedAfterGc() {
    collect();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long metaspaceAfterGc() {
    collect();
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getName().equals("Metaspace"))
        .map(MemoryPoolMXBean::getUsage)
        .mapToLong(usage -> usage.getUsed())
        .sum();
  }

  private static void collect() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
  }
}
