package dev.leat.worker;

import dev.leat.contract.Cancellation;
import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Invocation;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.Trigger;
import dev.leat.engine.ClassStore;
import dev.leat.engine.CompileBudget;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.ModuleLoader;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.ManualClock;
import dev.leat.worker.capability.PermissionDenials;
import dev.leat.worker.capability.Power;
import dev.leat.worker.capability.Powers;
import dev.leat.worker.capability.http.HttpPower;
import dev.leat.worker.capability.logging.GuestLog;
import dev.leat.worker.capability.logging.GuestLogs;
import dev.leat.worker.capability.metrics.GuestMetrics;
import dev.leat.worker.capability.secret.SecretsPower;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A worker on the real engine, whose log, metrics and module store can be looked at. */
public final class TestWorker implements AutoCloseable {
  private static final WorkerConfig CONFIG =
      new WorkerConfig(4, 4, 3, 2, 100, 100, Duration.ofSeconds(20), 64 << 20);

  public final List<String> lines = new CopyOnWriteArrayList<>();
  public final GuestMetrics metrics = new GuestMetrics(function -> true);
  public final ManualClock clock = new ManualClock();

  /** What its functions may: whatever their manifests grant, unless a test says otherwise. */
  final TestPermissions permissions = new TestPermissions();

  /** What guests were denied, in the order in which they asked. */
  final List<String> denied = new CopyOnWriteArrayList<>();

  final PermissionDenials denials =
      new PermissionDenials(
          (function, type, resource) -> denied.add(function + " " + type.word() + " " + resource));
  final List<ExecutionRecord> executions = new CopyOnWriteArrayList<>();
  volatile boolean storeIsAway;
  final GuestHeap heap;
  final TestKeyValues keyValues;
  final TestSecrets secrets = new TestSecrets();
  final TestConnections connections = new TestConnections();
  final Map<ModuleDigest, byte[]> modules = new ConcurrentHashMap<>();
  final Worker worker;

  public TestWorker() {
    this(CONFIG);
  }

  /** A worker with one more power than usual. */
  TestWorker(Power<?> more) {
    this(
        CONFIG,
        GuestHeap.unbounded(),
        engine(GuestHeap.unbounded()),
        TestKeyValues.none(),
        TestHttp.unused(),
        List.of(more));
  }

  /** Likewise, with a database for what functions keep. */
  TestWorker(DataSource database, Power<?> more) {
    this(
        CONFIG,
        GuestHeap.unbounded(),
        engine(GuestHeap.unbounded()),
        TestKeyValues.in(database),
        TestHttp.unused(),
        List.of(more));
  }

  /** A worker with a database for what functions keep. */
  TestWorker(DataSource database) {
    this(
        CONFIG,
        GuestHeap.unbounded(),
        engine(GuestHeap.unbounded()),
        TestKeyValues.in(database),
        TestHttp.unused(),
        List.of());
  }

  /** Likewise, and with requests to servers. */
  TestWorker(DataSource database, HttpPower http) {
    this(
        CONFIG,
        GuestHeap.unbounded(),
        engine(GuestHeap.unbounded()),
        TestKeyValues.in(database),
        http,
        List.of());
  }

  /** A worker with requests to servers. */
  TestWorker(HttpPower http, List<Power<?>> more) {
    this(
        CONFIG,
        GuestHeap.unbounded(),
        engine(GuestHeap.unbounded()),
        TestKeyValues.none(),
        http,
        more);
  }

  TestWorker(WorkerConfig config) {
    this(config, GuestHeap.unbounded());
  }

  TestWorker(WorkerConfig config, GuestHeap heap) {
    this(config, heap, engine(heap), TestKeyValues.none(), TestHttp.unused(), List.of());
  }

  private static ModuleLoader engine(GuestHeap heap) {
    return new ChicoryEngine(
        ModuleLimits.DEFAULT, CompileBudget.ofThisJvm(), ClassStore.none(), heap);
  }

  TestWorker(ModuleLoader loader) {
    this(CONFIG, loader);
  }

  TestWorker(WorkerConfig config, ModuleLoader loader) {
    this(config, GuestHeap.unbounded(), loader, TestKeyValues.none(), TestHttp.unused(), List.of());
  }

  private TestWorker(
      WorkerConfig config,
      GuestHeap heap,
      ModuleLoader loader,
      TestKeyValues keyValues,
      HttpPower http,
      List<Power<?>> more) {
    this.heap = heap;
    this.keyValues = keyValues;
    worker =
        new Worker(
            config,
            loader,
            digest -> {
              if (storeIsAway) {
                throw new ModuleUnavailable(new IllegalStateException("away"));
              }
              byte[] stored = modules.get(digest);
              if (stored == null) {
                throw new IllegalStateException("no such blob at /secret/place");
              }
              return stored;
            },
            powers(http, more),
            (invocation, outcome) ->
                executions.add(ExecutionRecord.of(invocation, outcome, clock.instant())));
    heap.onShortage(worker::reclaim);
    worker.start();
  }

  private Powers powers(HttpPower http, List<Power<?>> more) {
    Powers powers =
        HostPowers.of(
            new GuestLogs(this::line, System::nanoTime),
            metrics,
            keyValues.power(clock),
            http,
            new SecretsPower(secrets.held, keyValues.work),
            connections.power(),
            clock,
            permissions,
            denials);
    for (Power<?> power : more) {
      powers = powers.with(power);
    }
    return powers;
  }

  private int line(GuestLog.From from, GuestLog.Level level, String text) {
    lines.add(level + " " + text);
    return text.length();
  }

  FunctionVersion publish(TestFunction function) {
    FunctionVersion version = function.version();
    modules.put(version.module(), function.module());
    return version;
  }

  public Outcome invoke(TestFunction function, String body) {
    return invoke(publish(function), body.getBytes(StandardCharsets.UTF_8));
  }

  Outcome invoke(FunctionVersion version, byte[] body) {
    return invoke(version, call(body));
  }

  public Outcome invoke(TestFunction function, HttpCall call) {
    return invoke(publish(function), call);
  }

  private Outcome invoke(FunctionVersion version, HttpCall call) {
    return wholly(() -> start(version, call, new Cancellation()));
  }

  Outcome invoke(TestFunction function, FixedConditions fixed) {
    FunctionVersion version = publish(function);
    HttpCall call = call(new byte[0]);
    return wholly(() -> start(invocation(version, call, Duration.ofDays(1), fixed)));
  }

  /** A call that is traced. */
  Outcome invokeTraced(FunctionVersion version, String trace) {
    Origin origin = new Origin(null, null, Trigger.HTTP, trace, 1);
    return wholly(() ->
        start(
            new Invocation(
                "request-1",
                version,
                call(new byte[0]),
                origin,
                System.nanoTime() + Duration.ofDays(1).toNanos(),
                null,
                new Cancellation())));
  }

  /** Starts a call whose caller wants no answer after this time. */
  CompletableFuture<Outcome> startWithin(Duration time, FunctionVersion version) {
    return start(invocation(version, call(new byte[0]), time, null));
  }

  private static Invocation invocation(
      FunctionVersion version, HttpCall call, Duration time, @Nullable FixedConditions fixed) {
    long deadlineNanos = System.nanoTime() + time.toNanos();
    return new Invocation(
        "request-1", version, call, Origin.ANONYMOUS, deadlineNanos, fixed, new Cancellation());
  }

  /**
   * The ending of a call that is over in every respect: its caller hears of it a moment before its
   * instance is put back.
   */
  private Outcome wholly(Supplier<CompletableFuture<Outcome>> call) {
    int others = worker.runningInvocations();
    Outcome outcome = ending(call.get());
    Eventually.holds("its instance is put back", () -> worker.runningInvocations() <= others);
    return outcome;
  }

  CompletableFuture<Outcome> start(FunctionVersion version, Cancellation cancellation) {
    return start(version, call(new byte[0]), cancellation);
  }

  CompletableFuture<Outcome> start(
      FunctionVersion version, byte[] body, Cancellation cancellation) {
    return start(version, call(body), cancellation);
  }

  private CompletableFuture<Outcome> start(
      FunctionVersion version, HttpCall call, Cancellation cancellation) {
    return start(new Invocation("request-1", version, call, cancellation));
  }

  private CompletableFuture<Outcome> start(Invocation invocation) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    worker.invoke(
        invocation,
        ended -> {
          if (!outcome.complete(ended)) {
            throw new AssertionError("an invocation ended twice");
          }
        });
    return outcome;
  }

  static Outcome ending(CompletableFuture<Outcome> outcome) {
    return outcome.orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static HttpCall call(byte[] body) {
    return new HttpCall("POST", "", null, Headers.NONE, body);
  }

  /** The response's body as text; fails when the outcome is another. */
  public static String body(Outcome outcome) {
    if (outcome instanceof Outcome.Responded responded) {
      return new String(responded.body(), StandardCharsets.UTF_8);
    }
    throw new AssertionError("not a response: " + outcome);
  }

  @Override
  public void close() {
    worker.close();
    connections.close();
  }
}
