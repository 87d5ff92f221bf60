package dev.leat.node;

import dev.leat.contract.Allowance;
import dev.leat.contract.Allowances;
import dev.leat.contract.Answer;
import dev.leat.contract.Cancellation;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.Grants;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Invocation;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Outcome;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.PermissionSource;
import dev.leat.engine.Inspection;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.registry.function.Manifest;
import dev.leat.registry.function.ManifestReader;
import dev.leat.worker.HostPowers;
import dev.leat.worker.Worker;
import dev.leat.worker.WorkerConfig;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.PermissionDenials;
import dev.leat.worker.capability.database.DatabasePower;
import dev.leat.worker.capability.database.ResultRoom;
import dev.leat.worker.capability.database.SqlFailure;
import dev.leat.worker.capability.http.HttpPower;
import dev.leat.worker.capability.http.OutboundConfig;
import dev.leat.worker.capability.http.OutboundHttp;
import dev.leat.worker.capability.http.OutboundListener;
import dev.leat.worker.capability.http.OutboundQuota;
import dev.leat.worker.capability.keyvalue.KeyValuePower;
import dev.leat.worker.capability.keyvalue.MemoryKeyValueStore;
import dev.leat.worker.capability.logging.GuestLogs;
import dev.leat.worker.capability.metrics.GuestMetrics;
import dev.leat.worker.capability.secret.HeldSecrets;
import dev.leat.worker.capability.secret.SecretFields;
import dev.leat.worker.capability.secret.SecretsPower;
import dev.leat.worker.jdbc.MemoryDatabase;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A function on the engine, the worker and the powers of a node, without a node: for who writes it.
 * What its manifest grants holds; its values are gone with it. Confined to one thread.
 */
public final class LocalFunction implements AutoCloseable {
  private static final TenantId TENANT = new TenantId("local");
  private static final Allowances ALLOWANCES = tenant -> Allowance.PLATFORM;

  /** What its author runs beside it may be asked. */
  private static final String[] THIS_MACHINE = {"127.0.0.0/8", "[::1]"};

  /** One call at a time; the other is for a call that was given up. */
  private static final int CALLS = 2;

  /** Of what was denied, so much is told. */
  private static final int DENIED_MAX = 100;

  private final FunctionVersion version;
  private final Worker worker;
  private final EventLoops loops = new EventLoops();
  private final OutboundHttp outbound;
  private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
  private final MemoryKeyValueStore values = new MemoryKeyValueStore();
  private final Optional<MemoryDatabase> database;
  private final List<Line> lines = new ArrayList<>();
  private final List<String> denied = new ArrayList<>();

  private LocalFunction(
      FunctionVersion version, ChicoryEngine engine, byte[] module, Surroundings there) {
    this.version = there.sendsHttp() ? version : withoutHttp(version);
    this.database = there.script().map(script -> new MemoryDatabase(script, blocking));
    HostWork work = new HostWork(blocking, CALLS);
    HeldSecrets secrets =
        new HeldSecrets((tenant, name) -> Optional.ofNullable(there.secrets().get(name)));
    this.outbound =
        new OutboundHttp(loops.vertx, OutboundConfig.DEFAULT.withPrivate(THIS_MACHINE), ALLOWANCES);
    this.worker =
        new Worker(
            WorkerConfig.forCores(CALLS),
            engine,
            digest -> module,
            HostPowers.of(
                new GuestLogs(
                    (from, level, text) -> {
                      keep(new Line(level.word(), text));
                      return text.length();
                    },
                    System::nanoTime),
                new GuestMetrics(any -> true),
                new KeyValuePower(values, work, ALLOWANCES, Clock.systemUTC()),
                new HttpPower(
                    outbound,
                    OutboundQuota.NONE,
                    new SecretFields(secrets, work),
                    OutboundListener.NONE),
                new SecretsPower(secrets, work),
                database
                    .map(known -> new DatabasePower(known, ResultRoom.ofThisJvm(), work, blocking))
                    .orElseGet(DatabasePower::none),
                Clock.systemUTC(),
                PermissionSource.OF_MANIFESTS,
                new PermissionDenials(
                    (function, type, resource) -> deny(type.word() + " " + resource))),
            (invocation, outcome) -> {});
    outbound.start();
    worker.start();
  }

  /** What its manifest grants is denied: nothing leaves this machine unless its author says so. */
  private static FunctionVersion withoutHttp(FunctionVersion version) {
    return new FunctionVersion(
        version.function(),
        version.number(),
        version.module(),
        version.guest(),
        version.limits(),
        version.instances(),
        new Grants(
            version.grants().all().stream()
                .filter(grant -> !(grant instanceof Grant.Http))
                .toList()),
        version.config());
  }

  /**
   * What there is around it, beside its manifest.
   *
   * @param sendsHttp whether it may send the requests that its manifest allows
   * @param secrets those that are set, by their names
   * @param script of SQL, which makes the database behind its connection; without one there is none
   */
  public record Surroundings(
      boolean sendsHttp, Map<String, byte[]> secrets, Optional<String> script) {
    public static final Surroundings NONE = new Surroundings(false, Map.of(), Optional.empty());

    public Surroundings {
      secrets = Map.copyOf(secrets);
    }

    /** Without the secrets. */
    @Override
    public String toString() {
      return "Surroundings[sendsHttp=%s, secrets=***]".formatted(sendsHttp);
    }
  }

  /**
   * A function of this manifest and module, or everything that keeps a node from taking them.
   *
   * @param what the module is, for the refusal
   */
  public static Answer<LocalFunction> load(
      byte[] manifest, String what, byte[] module, Surroundings there) {
    ChicoryEngine engine = new ChicoryEngine(ModuleLimits.DEFAULT);
    return ManifestReader.read(manifest)
        .then(read ->
            switch (engine.inspect(TENANT, module)) {
              case Inspection.Busy(String reason) ->
                  Answer.refused(ProblemCode.OVERLOADED, what + " was not looked at: " + reason);
              case Inspection.Refused(List<Finding> findings) -> invalid(what, findings);
              case Inspection.Accepted(var shape) -> {
                List<Finding> findings = read.misfits(shape);
                yield findings.isEmpty()
                    ? made(version(read, module), engine, module, there)
                    : invalid(what, findings);
              }
            });
  }

  private static Answer<LocalFunction> made(
      FunctionVersion version, ChicoryEngine engine, byte[] module, Surroundings there) {
    try {
      return Answer.done(new LocalFunction(version, engine, module, there));
    } catch (SqlFailure e) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "The script of the database cannot be run: "
              + (e.getCause() == null ? e : e.getCause()).getMessage());
    }
  }

  private static FunctionVersion version(Manifest manifest, byte[] module) {
    return manifest.version(new FunctionRef(TENANT, manifest.name()), 1, ModuleDigest.of(module));
  }

  private static Answer<LocalFunction> invalid(String what, List<Finding> findings) {
    return Answer.refused(Problem.of(ProblemCode.INVALID_MODULE, what, findings));
  }

  /** Calls it, and waits for how that ends: at its timeout at the latest. */
  public Run call(HttpCall call) {
    synchronized (lines) {
      lines.clear();
      denied.clear();
    }
    CompletableFuture<Outcome> ended = new CompletableFuture<>();
    worker.invoke(new Invocation("local", version, call, new Cancellation()), ended::complete);
    Outcome outcome = ended.join();
    synchronized (lines) {
      return new Run(outcome, lines, denied);
    }
  }

  /** Whatever calls kept is gone; the database is as its script made it. */
  public void forget() {
    values.forget(TENANT, Integer.MAX_VALUE);
    database.ifPresent(MemoryDatabase::forget);
  }

  private void keep(Line line) {
    synchronized (lines) {
      lines.add(line);
    }
  }

  private void deny(String what) {
    synchronized (lines) {
      if (denied.size() < DENIED_MAX && !denied.contains(what)) {
        denied.add(what);
      }
    }
  }

  @Override
  public void close() {
    worker.close();
    outbound.close();
    loops.close();
    database.ifPresent(MemoryDatabase::close);
    blocking.close();
  }

  /**
   * How a call went.
   *
   * @param lines what it logged
   * @param denied what it asked for and may not have, such as {@code keyvalue:read default/a}
   */
  public record Run(Outcome outcome, List<Line> lines, List<String> denied) {
    public Run {
      lines = List.copyOf(lines);
      denied = List.copyOf(denied);
    }
  }

  /**
   * A line of its log.
   *
   * @param level debug, info, warn or error
   */
  public record Line(String level, String text) {}
}
