package dev.leat.bench;

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
import dev.leat.contract.permission.PermissionSource;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import dev.leat.worker.Worker;
import dev.leat.worker.WorkerConfig;
import dev.leat.worker.capability.PermissionDenials;
import dev.leat.worker.capability.Powers;
import dev.leat.worker.capability.http.OutboundConfig;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What calls that compute notice of 200 guests that wait a second each for a server: their 50th and
 * 99th percentile alone and beside them, in turns.
 */
public final class WaitingBenchmark {
  private static final int WAITING = Integer.getInteger("waiting", 200);
  private static final int CALLS = Integer.getInteger("calls", 500);
  private static final int ROUNDS = Integer.getInteger("rounds", 3);
  private static final int ANSWER_MILLIS = 1_000;

  /** Some 10 ms of guest code: 0.4 ns each. */
  private static final int LOOPS = Integer.getInteger("loops", 25_000_000);

  private final Vertx vertx = Vertx.vertx();
  private final Map<ModuleDigest, byte[]> modules = new HashMap<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private volatile boolean isWaiting;

  private WaitingBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    new WaitingBenchmark().run();
  }

  private void run() throws Exception {
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().setAcceptBacklog(1_024))
            .requestHandler(
                request -> vertx.setTimer(ANSWER_MILLIS, timer -> request.response().end("late")))
            .listen(0, "127.0.0.1")
            .await();
    String origin = "http://127.0.0.1:" + server.actualPort();
    OutboundConfig outbound =
        OutboundConfig.DEFAULT.withPrivate("127.0.0.1:" + server.actualPort());
    Powers powers =
        new Powers(
            List.of(HttpCallBenchmark.power(vertx, outbound)),
            PermissionSource.OF_MANIFESTS,
            new PermissionDenials((of, type, resource) -> {}));
    FunctionVersion waits =
        version("waits", waiting(origin + "/"), new Grant.Http(List.of(origin), 60));
    FunctionVersion computes = version("computes", computing());
    try (Worker worker =
        new Worker(
            WorkerConfig.forCores(Runtime.getRuntime().availableProcessors()),
            new ChicoryEngine(ModuleLimits.DEFAULT),
            digest -> Optional.ofNullable(modules.get(digest)).orElseThrow(),
            powers,
            (invocation, outcome) -> {})) {
      worker.start();
      long[] warm = measured(worker, computes);
      System.out.printf(
          "%d calls of %d us, %d that wait%n", CALLS, warm[CALLS / 2] / 1_000, WAITING);
      System.out.println("round  alone p50/p99 us  beside p50/p99 us  ratio p99");
      List<Double> ratios = new ArrayList<>();
      for (int round = 1; round <= ROUNDS; round++) {
        long[] alone = measured(worker, computes);
        isWaiting = true;
        for (int i = 0; i < WAITING; i++) {
          waitAgain(worker, waits);
        }
        while (underWay.get() < WAITING) {
          Thread.onSpinWait();
        }
        Thread.sleep(2L * ANSWER_MILLIS); // their instances are made
        long[] beside = measured(worker, computes);
        isWaiting = false;
        while (underWay.get() > 0) {
          Thread.sleep(10);
        }
        double ratio = (double) p99(beside) / p99(alone);
        ratios.add(ratio);
        System.out.printf(
            "%5d  %d / %d  %d / %d  %.2f  (%d guest threads)%n",
            round,
            alone[CALLS / 2] / 1_000,
            p99(alone) / 1_000,
            beside[CALLS / 2] / 1_000,
            p99(beside) / 1_000,
            ratio,
            worker.guestThreads());
      }
      ratios.sort(null);
      System.out.printf("median ratio of the 99th percentiles: %.2f%n", ratios.get(ROUNDS / 2));
    } finally {
      vertx.close().await();
    }
  }

  private void waitAgain(Worker worker, FunctionVersion waits) {
    underWay.incrementAndGet();
    worker.invoke(
        invocation(waits),
        outcome -> {
          underWay.decrementAndGet();
          if (!(outcome instanceof Outcome.Responded)) {
            System.out.println("A call that waits ended otherwise: " + outcome);
          } else if (isWaiting) {
            vertx.runOnContext(again -> waitAgain(worker, waits));
          }
        });
  }

  /** The nanoseconds of each call, the shortest first. */
  private static long[] measured(Worker worker, FunctionVersion computes) {
    long[] nanos = new long[CALLS];
    for (int i = 0; i < CALLS; i++) {
      CompletableFuture<Outcome> outcome = new CompletableFuture<>();
      long started = System.nanoTime();
      worker.invoke(invocation(computes), outcome::complete);
      if (!(outcome.join() instanceof Outcome.Responded)) {
        throw new IllegalStateException("It ended otherwise: " + outcome.join());
      }
      nanos[i] = System.nanoTime() - started;
    }
    Arrays.sort(nanos);
    return nanos;
  }

  private static long p99(long[] sorted) {
    return sorted[sorted.length * 99 / 100];
  }

  private static Invocation invocation(FunctionVersion version) {
    return new Invocation(
        "bench",
        version,
        new HttpCall("POST", "", null, Headers.NONE, new byte[0]),
        new Cancellation());
  }

  private FunctionVersion version(String name, WasmBuilder module, Grant... grants) {
    byte[] bytes = module.build();
    ModuleDigest digest = ModuleDigest.of(bytes);
    modules.put(digest, bytes);
    return new FunctionVersion(
        new FunctionRef(new TenantId(name), new FunctionName(name)),
        1,
        digest,
        GuestContract.HANDLER,
        Limits.DEFAULT,
        new InstancePolicy(
            0, 2 * WAITING, InstancePolicy.DEFAULT.idle(), InstancePolicy.DEFAULT.reuse()),
        Grants.of(grants),
        "{}");
  }

  private static WasmBuilder waiting(String url) {
    return new WasmBuilder()
        .importFunction("leat", "http_open", "(i32,i32,i32,i32)->i32")
        .importFunction("leat", "http_send", "(i32,i32,i32)->i32")
        .memory(1)
        .data(0, "GET")
        .data(8, url.getBytes(StandardCharsets.US_ASCII))
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(512))
        .export(
            "handle",
            "(i32,i32)->i64",
            new WasmCode()
                .i32Const(0)
                .i32Const(3)
                .i32Const(8)
                .i32Const(url.length())
                .call(0)
                .i32Const(0)
                .i32Const(0)
                .call(1)
                .drop()
                .i64Const(0));
  }

  private static WasmBuilder computing() {
    return new WasmBuilder()
        .memory(1)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(512))
        .export(
            "handle",
            "(i32,i32)->i64",
            new WasmCode()
                .locals(1, "i32")
                .i32Const(LOOPS)
                .localSet(2)
                .loop()
                .localGet(2)
                .i32Const(-1)
                .op(0x6a) // i32.add
                .localTee(2)
                .brIf(0)
                .end()
                .i64Const(0));
  }
}
