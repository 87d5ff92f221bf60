package dev.leat.bench;

import dev.leat.contract.Allowance;
import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.PermissionSource;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import dev.leat.worker.capability.PermissionDenials;
import dev.leat.worker.capability.Powers;
import dev.leat.worker.capability.http.AddedFields;
import dev.leat.worker.capability.http.HttpPower;
import dev.leat.worker.capability.http.OutboundConfig;
import dev.leat.worker.capability.http.OutboundHttp;
import dev.leat.worker.capability.http.OutboundListener;
import dev.leat.worker.capability.http.OutboundQuota;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a guest's request to a server on loopback takes, beside the same by Vert.x' client alone: a
 * thread that waits for the answer in both.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before it measures.
public class HttpCallBenchmark {
  private static final long FUEL = 1L << 60;
  private static final int BUFFER = 1_024;

  private final Vertx vertx = Vertx.vertx();
  private HttpServer server;
  private HttpClient client;
  private GuestInstance guest;
  private int function;

  /** The power of a tenant without limits. */
  static HttpPower power(Vertx vertx, OutboundConfig config) {
    return new HttpPower(
        new OutboundHttp(vertx, config, tenant -> Allowance.PLATFORM),
        OutboundQuota.NONE,
        AddedFields.NONE,
        OutboundListener.NONE);
  }

  @Setup(Level.Trial)
  public void start() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.response().end("{\"rate\":1.25}"))
            .listen(0, "127.0.0.1")
            .await();
    client = vertx.createHttpClient();
    String origin = "http://127.0.0.1:" + server.actualPort();
    byte[] module = module(origin + "/rate").build();
    FunctionVersion version =
        new FunctionVersion(
            new FunctionRef(new TenantId("bench"), new FunctionName("calls")),
            1,
            ModuleDigest.of(module),
            GuestContract.HANDLER,
            Limits.DEFAULT,
            InstancePolicy.DEFAULT,
            Grants.of(new Grant.Http(List.of(origin), 60)),
            "{}");
    OutboundConfig config = OutboundConfig.DEFAULT.withPrivate("127.0.0.1:" + server.actualPort());
    Powers powers =
        new Powers(
            List.of(power(vertx, config)),
            PermissionSource.OF_MANIFESTS,
            new PermissionDenials((of, type, resource) -> {}));
    guest =
        new ChicoryEngine(ModuleLimits.DEFAULT)
            .load(version.function().tenant(), version.module(), module)
            .instantiate(powers.lend(version, null).functions(), 16, budget());
    function = guest.function("get");
    if (guestsRequest() != 13 || clientsRequest() != 13) {
      throw new IllegalStateException("The server does not answer");
    }
  }

  private static GuestBudget budget() {
    return new GuestBudget(
        FUEL, System.nanoTime() + Duration.ofDays(1).toNanos(), new Cancellation());
  }

  /** Opens, sends, reads the body, closes. */
  private static WasmBuilder module(String url) {
    return new WasmBuilder()
        .importFunction("leat", "http_open", "(i32,i32,i32,i32)->i32")
        .importFunction("leat", "http_send", "(i32,i32,i32)->i32")
        .importFunction("leat", "http_response_body", "(i32,i32,i32)->i32")
        .importFunction("leat", "http_close", "(i32)->")
        .memory(1)
        .data(0, "GET")
        .data(8, url.getBytes(StandardCharsets.US_ASCII))
        .export(
            "get",
            "()->i32",
            new WasmCode()
                .locals(1, "i32")
                .i32Const(0)
                .i32Const(3)
                .i32Const(8)
                .i32Const(url.length())
                .call(0)
                .localTee(0)
                .i32Const(0)
                .i32Const(0)
                .call(1)
                .drop()
                .localGet(0)
                .i32Const(BUFFER)
                .i32Const(100)
                .call(2)
                .localGet(0)
                .call(3));
  }

  @Benchmark
  public long guestsRequest() {
    guest.begin(budget());
    return guest.call(function);
  }

  @Benchmark
  public long clientsRequest() {
    return client
        .request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/rate")
        .compose(request -> request.send().compose(HttpClientResponse::body))
        .map(Buffer::length)
        .await();
  }

  @TearDown(Level.Trial)
  public void stop() {
    guest.close();
    vertx.close().await();
  }
}
