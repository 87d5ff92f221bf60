package dev.leat.node;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.gateway.Gateway;
import dev.leat.gateway.GatewayConfig;
import dev.leat.gateway.control.ControlPlane;
import dev.leat.gateway.control.ControlServices;
import dev.leat.gateway.http.BodyMemory;
import dev.leat.gateway.http.ConnectionCounts;
import dev.leat.gateway.http.FairTransport;
import dev.leat.gateway.invocation.InvocationPipeline;
import dev.leat.invocations.ExecutionLog;
import dev.leat.invocations.jdbi.InvocationsSchema;
import dev.leat.invocations.jdbi.JdbiExecutionStore;
import dev.leat.node.metrics.Exposition;
import dev.leat.node.metrics.MeteredInvoker;
import dev.leat.registry.ForgetTenant;
import dev.leat.registry.function.DeployFunction;
import dev.leat.registry.function.FunctionCatalog;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.jdbi.JdbiFunctionStore;
import dev.leat.registry.jdbi.JdbiKeyStore;
import dev.leat.registry.jdbi.JdbiModuleStore;
import dev.leat.registry.jdbi.RegistrySchema;
import dev.leat.registry.key.KeyStore;
import dev.leat.registry.key.PublisherKeys;
import dev.leat.registry.module.CollectModule;
import dev.leat.registry.module.ModuleCatalog;
import dev.leat.registry.module.ModuleStore;
import dev.leat.registry.module.PublishModule;
import dev.leat.registry.route.RouteChange;
import dev.leat.registry.route.RoutingTable;
import dev.leat.scheduler.Scheduler;
import dev.leat.store.Database;
import dev.leat.store.PolledChangeFeed;
import dev.leat.store.StoreFailure;
import dev.leat.store.StoreSchema;
import dev.leat.store.WakeUp;
import dev.leat.tenants.Authentication;
import dev.leat.tenants.Authenticator;
import dev.leat.tenants.QuotaGate;
import dev.leat.tenants.Quotas;
import dev.leat.tenants.SigningKeys;
import dev.leat.tenants.Tenants;
import dev.leat.tenants.Tokens;
import dev.leat.tenants.jdbi.JdbiQuotaStore;
import dev.leat.tenants.jdbi.JdbiSigningKeyStore;
import dev.leat.tenants.jdbi.JdbiTenantStore;
import dev.leat.tenants.jdbi.JdbiTokenStore;
import dev.leat.tenants.jdbi.TenantsSchema;
import dev.leat.worker.HostPowers;
import dev.leat.worker.ModuleUnavailable;
import dev.leat.worker.Worker;
import dev.leat.worker.capability.Powers;
import dev.leat.worker.capability.logging.GuestLogs;
import dev.leat.worker.capability.logging.Slf4jGuestLog;
import dev.leat.worker.capability.metrics.GuestMetrics;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every part of a node, made in the order in which each needs the ones before, started in that
 * order and closed in the reverse. Constructors do no I/O; {@link #start} does.
 */
final class Assembly implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);
  private static final Duration OPERATOR_TOKEN_TTL = Duration.ofDays(365);
  private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(20);

  /** For answers that are being written, and for the control plane. */
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);

  private static final int CLOSE_SECONDS = 10;

  /**
   * In milliseconds, as the stores keep times: what is answered when it is stored, and what is read
   * later, are the same.
   */
  private final Clock clock = Clock.tickMillis(ZoneOffset.UTC);

  final DataDirectory directory;
  private final NodeDatabase database;

  private final SigningKeys signingKeys;
  private final Tokens tokens;
  private final QuotaGate quotaGate = new QuotaGate(System::nanoTime);
  private final Quotas quotas;
  private final Tenants tenants;
  private final Authenticator authenticator;
  private final PolledChangeFeed changes;

  private final GuestHeap guestHeap = GuestHeap.ofThisJvm();
  private final ModuleStorage storage;
  private final ChicoryEngine engine;

  private final CollectModule collector;
  private final RoutingTable routes;
  private final PublisherKeys publisherKeys;
  private final ModuleCatalog modules;
  private final PublishModule publishing;
  private final DeployFunction deploying;
  private final FunctionCatalog functions;
  private final ExecutionLog executions;

  private final GuestMetrics guestMetrics;
  final Worker worker;
  final Scheduler scheduler;
  private final MeteredInvoker invocations;

  final BodyMemory bodies;
  private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
  private final Vertx vertx;
  final Gateway gateway;
  private final Lifecycle parts;
  private volatile boolean ready;

  Assembly(NodeConfig config) {
    directory = new DataDirectory(config.dataDirectory());
    database = new NodeDatabase(config.database());
    DataSource source = database.connections();

    signingKeys = new SigningKeys(new JdbiSigningKeyStore(source), clock);
    tokens = new Tokens(new JdbiTokenStore(source), signingKeys, Tokens.DEFAULT_ISSUER, clock);
    quotas = new Quotas(new JdbiQuotaStore(source), quotaGate);

    // One object for all of modules, so that what is done together is one transaction.
    Database registry = new Database(source);
    storage = ModuleStorage.of(config.blobPlace(), directory, registry);
    engine =
        new ChicoryEngine(ModuleLimits.DEFAULT, config.compiling(), storage.classes(), guestHeap);

    FunctionStore functionStore = new JdbiFunctionStore(source);
    ModuleStore moduleStore = new JdbiModuleStore(registry);
    KeyStore keyStore = new JdbiKeyStore(source);
    routes = new RoutingTable(functionStore);
    publisherKeys = new PublisherKeys(keyStore, clock);
    collector = new CollectModule(moduleStore, storage.blobs(), engine::forget);
    modules = new ModuleCatalog(moduleStore, storage.blobs(), collector, clock);
    publishing =
        new PublishModule(
            moduleStore,
            storage.blobs(),
            collector,
            keyStore,
            engine::inspectAndCompile,
            quotas,
            clock,
            ModuleLimits.DEFAULT.moduleBytes());

    executions = new ExecutionLog(new JdbiExecutionStore(source), clock);

    GuestLogs guestLogs = new GuestLogs(new Slf4jGuestLog(), System::nanoTime);
    guestMetrics = new GuestMetrics(this::isDeployed);
    Powers powers = HostPowers.of(guestLogs, guestMetrics, Clock.systemUTC());
    worker = new Worker(config.worker(), engine, this::moduleBytes, powers, executions::append);
    WorkerTrial trial = new WorkerTrial(worker);
    deploying =
        new DeployFunction(
            functionStore, moduleStore, modules, engine::inspectAccepted, trial, quotas, clock);
    functions = new FunctionCatalog(functionStore, clock);

    ForgetTenant forgetting =
        new ForgetTenant(keyStore, functionStore, moduleStore, collector, trial);
    tenants =
        new Tenants(
            new JdbiTenantStore(source),
            tenant -> {
              forgetting.forget(tenant);
              executions.forget(tenant);
            },
            clock);
    authenticator = new Authenticator(signingKeys, tokens, tenants, clock, System::nanoTime);
    changes = new PolledChangeFeed(source, WakeUp.NONE);

    scheduler = new Scheduler(worker, Scheduler.IN_FLIGHT_MAX);
    invocations = new MeteredInvoker(scheduler, this::isDeployed, tenants::exists);

    int cores = Runtime.getRuntime().availableProcessors();
    vertx = Vertx.builder().with(vertxOptions(cores)).withTransport(new FairTransport()).build();
    GatewayConfig gatewayConfig =
        GatewayConfig.on(config.host(), config.port(), cores, config.connections());
    bodies = new BodyMemory(gatewayConfig.bodyMemoryBytes());
    ConnectionCounts connections =
        new ConnectionCounts(config.connections().connections(), config.connections().perAddress());
    Exposition metrics =
        new Exposition(
            invocations,
            worker,
            quotaGate,
            engine,
            storage.blobs(),
            guestHeap,
            guestLogs,
            guestMetrics,
            bodies,
            connections,
            executions);
    ControlServices services =
        new ControlServices(
            tenants,
            quotas,
            tokens,
            signingKeys,
            publisherKeys,
            publishing,
            modules,
            deploying,
            functions,
            executions,
            changes,
            metrics::text,
            this::unready);
    gateway =
        new Gateway(
            gatewayConfig,
            vertx,
            new InvocationPipeline(
                routes, authenticator, quotaGate, bodies, invocations, config.worker().waitMax()),
            new ControlPlane(services, authenticator, bodies, blocking),
            connections);
    parts = parts();
  }

  /** What runs, in the order in which each needs those before it. */
  private Lifecycle parts() {
    return new Lifecycle()
        .part("event loops", () -> {}, this::stopEventLoops) // there since they were made
        .part("blocking threads", () -> {}, blocking::shutdown)
        .part("data directory", directory::claim, directory::close)
        .part("database", database::start, database::close)
        .part("tables", this::migrate)
        .part("database watch", database.watch()::start, database.watch()::close)
        .part("modules", storage.start())
        .part("abandoned modules", this::collectAbandoned)
        .part("execution records", executions::start, executions::close)
        .part("worker", this::startWorker, worker::close)
        .part("state in memory", this::loadState)
        .part("changes", changes::start, changes::close)
        .part("operator token", this::writeOperatorToken)
        .part("gateway", gateway::start, () -> gateway.stop(ANSWER_PATIENCE))
        .part("requests", () -> ready = true, this::drain);
  }

  /**
   * @throws IOException if the node cannot start; the message says what to do about it
   */
  void start() throws IOException {
    parts.start();
  }

  /** Refuses new work, lets running invocations end and be answered, stops. */
  @Override
  public void close() {
    parts.close();
  }

  private void migrate() {
    StoreSchema.migrate(database.connections());
    TenantsSchema.migrate(database.connections());
    RegistrySchema.migrate(database.connections());
    InvocationsSchema.migrate(database.connections());
  }

  private void collectAbandoned() {
    List<ModuleDigest> abandoned = storage.abandoned().get();
    abandoned.forEach(collector::collect);
    if (!abandoned.isEmpty()) {
      LOG.info("What was left of modules is removed modules={}", abandoned.size());
    }
  }

  private void startWorker() {
    guestHeap.onShortage(worker::reclaim);
    worker.start();
  }

  /** In this order, in which each change is taken over, too: a deleted tenant's tokens first. */
  private void loadState() {
    routes.onChange(this::changed);
    List.of(signingKeys, tokens, quotas, tenants, routes).forEach(changes::subscribe);
    changes.load();
  }

  private void writeOperatorToken() throws IOException {
    new OperatorToken(directory.operatorToken())
        .write(
            token ->
                authenticator.authenticate("Bearer " + token, "")
                    instanceof Authentication.Authenticated,
            () -> tokens.issueOperator(OPERATOR_TOKEN_TTL).jwt());
  }

  private void drain() {
    ready = false;
    if (!scheduler.drain(DRAIN_PATIENCE)) {
      LOG.warn(
          "Stopping with invocations running count={} waited={}",
          scheduler.inFlight(),
          DRAIN_PATIENCE);
    }
  }

  private void stopEventLoops() {
    try {
      vertx.close().await(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.warn("The event loops did not stop in time", e);
    }
  }

  /** Why the node should get no requests now; empty when it should. */
  private Optional<Problem> unready() {
    if (!ready) {
      return Optional.of(
          Problem.of(ProblemCode.OVERLOADED, "The node is starting or shutting down."));
    }
    return database.watch().isAvailable()
        ? Optional.empty()
        : Optional.of(
            Problem.of(ProblemCode.STORE_UNAVAILABLE, "The node's database is away just now."));
  }

  /**
   * A deployed version is compiled before its first call; at start only those with instances to
   * keep.
   */
  private void prewarm(FunctionVersion version) {
    if (ready || version.instances().min() > 0) {
      var unused =
          worker
              .prewarm(version)
              .exceptionally(failure -> {
                LOG.debug(
                    "A version cannot be prepared version={} cause={}",
                    version,
                    failure.toString());
                return null;
              });
    }
  }

  private void changed(RouteChange change) {
    change.gone().forEach(this::removed);
    worker.retain(change.function(), change.serving());
    change.begun().forEach(this::prewarm);
  }

  private void removed(FunctionVersion version) {
    worker.deleted(version);
    invocations.removed(version);
    guestMetrics.removed(version.function());
  }

  private boolean isDeployed(FunctionRef function) {
    return routes.find(function.tenant().value(), function.name().value()) != null;
  }

  private byte[] moduleBytes(ModuleDigest digest) {
    try {
      return storage
          .blobs()
          .load(digest)
          .orElseThrow(() -> new IllegalStateException("the bytes of " + digest + " are missing"));
    } catch (StoreFailure e) {
      throw e.isRetryable() ? new ModuleUnavailable(e) : e;
    }
  }

  private static VertxOptions vertxOptions(int cores) {
    return new VertxOptions()
        .setEventLoopPoolSize(cores)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setClassPathResolvingEnabled(false)
                .setFileCachingEnabled(false));
  }
}
