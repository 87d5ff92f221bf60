package dev.leat.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
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
import dev.leat.worker.HostPowers;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.LentPowers;
import dev.leat.worker.capability.PermissionDenials;
import dev.leat.worker.capability.database.DatabasePower;
import dev.leat.worker.capability.http.OutboundConfig;
import dev.leat.worker.capability.keyvalue.KeyValuePower;
import dev.leat.worker.capability.logging.GuestLogs;
import dev.leat.worker.capability.metrics.GuestMetrics;
import dev.leat.worker.capability.secret.HeldSecrets;
import dev.leat.worker.capability.secret.SecretsPower;
import dev.leat.worker.jdbi.JdbiKeyValueStore;
import dev.leat.worker.jdbi.WorkerSchema;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a guest's call of the host costs: from the guest's code and back, decided, with H2 in a file
 * as {@code leat up} has it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10, time = 2) // the database's code takes that long to be compiled
@Measurement(iterations = 5, time = 2)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before it measures.
public class HostCallBenchmark {
  private static final long FUEL = 1L << 60;
  private static final long NEVER = Duration.ofDays(1).toNanos();
  private static final int BUFFER = 1_024;

  @Param({"config_get", "kv_get", "kv_set", "kv_increment"})
  String called;

  private final Vertx vertx = Vertx.vertx();
  private HikariDataSource database;
  private GuestInstance guest;
  private int function;

  @Setup(Level.Trial)
  public void start() throws IOException {
    Path directory = Files.createTempDirectory("leat-host-calls");
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(
        "jdbc:h2:file:"
            + directory.resolve("leat")
            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH");
    config.setUsername("sa");
    database = new HikariDataSource(config);
    WorkerSchema.migrate(database);
    byte[] module = module().build();
    FunctionVersion version =
        new FunctionVersion(
            new FunctionRef(new TenantId("bench"), new FunctionName("calls")),
            1,
            ModuleDigest.of(module),
            GuestContract.HANDLER,
            Limits.DEFAULT,
            InstancePolicy.DEFAULT,
            Grants.of(new Grant.Config(), new Grant.KeyValue("default", Duration.ofHours(1))),
            "{\"key\":12345}");
    LentPowers lent =
        HostPowers.of(
                new GuestLogs((from, level, text) -> 0, System::nanoTime),
                new GuestMetrics(of -> true),
                new KeyValuePower(
                    new JdbiKeyValueStore(database),
                    new HostWork(Thread::startVirtualThread, 4),
                    tenant -> Allowance.PLATFORM,
                    Clock.systemUTC()),
                HttpCallBenchmark.power(vertx, OutboundConfig.DEFAULT),
                new SecretsPower(
                    new HeldSecrets((tenant, name) -> Optional.empty()),
                    new HostWork(Thread::startVirtualThread, 1)),
                DatabasePower.none(),
                Clock.systemUTC(),
                PermissionSource.OF_MANIFESTS,
                new PermissionDenials((of, type, resource) -> {}))
            .lend(version, null);
    guest =
        new ChicoryEngine(ModuleLimits.DEFAULT)
            .load(version.function().tenant(), version.module(), module)
            .instantiate(lent.functions(), 16, budget());
    run("kv_set");
    run("kv_get");
    function = guest.function(called);
  }

  private static GuestBudget budget() {
    return new GuestBudget(FUEL, System.nanoTime() + NEVER, new Cancellation());
  }

  /** Exports a function for each of the host's that it calls with arguments that are fixed. */
  private static WasmBuilder module() {
    return new WasmBuilder()
        .importFunction("leat", "config_get", "(i32,i32,i32,i32)->i32")
        .importFunction("leat", "kv_get", "(i32,i32,i32,i32)->i32")
        .importFunction("leat", "kv_set", "(i32,i32,i32,i32,i64)->i32")
        .importFunction("leat", "kv_increment", "(i32,i32,i64,i32)->i32")
        .memory(1)
        .data(0, "keyvalue")
        .export("config_get", "()->i32", key().i32Const(BUFFER).i32Const(100).call(0))
        .export("kv_get", "()->i32", key().i32Const(BUFFER).i32Const(100).call(1))
        .export("kv_set", "()->i32", key().i32Const(3).i32Const(5).i64Const(0).call(2))
        .export(
            "kv_increment",
            "()->i32",
            new WasmCode().i32Const(0).i32Const(2).i64Const(1).i32Const(BUFFER).call(3));
  }

  private static WasmCode key() {
    return new WasmCode().i32Const(0).i32Const(3);
  }

  private void run(String export) {
    guest.begin(budget());
    if (guest.call(guest.function(export)) < 0) {
      throw new IllegalStateException(export + " does not work");
    }
  }

  @Benchmark
  public long call() {
    guest.begin(budget());
    return guest.call(function);
  }

  @TearDown(Level.Trial)
  public void stop() {
    guest.close();
    database.close();
    vertx.close().await();
  }
}
