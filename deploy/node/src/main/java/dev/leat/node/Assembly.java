package dev.leat.node;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.ModuleDigest;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.chicory.ChicoryEngine;
import dev.leat.engine.files.FileClassStore;
import dev.leat.gateway.Gateway;
import dev.leat.gateway.GatewayConfig;
import dev.leat.gateway.InvocationPipeline;
import dev.leat.gateway.control.ControlPlane;
import dev.leat.gateway.control.ControlServices;
import dev.leat.gateway.http.BodyMemory;
import dev.leat.gateway.http.ConnectionCounts;
import dev.leat.node.metrics.Exposition;
import dev.leat.node.metrics.MeteredInvoker;
import dev.leat.registry.CollectModule;
import dev.leat.registry.DeployFunction;
import dev.leat.registry.ExecutionLog;
import dev.leat.registry.ExecutionStore;
import dev.leat.registry.ForgetTenant;
import dev.leat.registry.FunctionCatalog;
import dev.leat.registry.FunctionStore;
import dev.leat.registry.KeyStore;
import dev.leat.registry.ModuleCatalog;
import dev.leat.registry.ModuleStore;
import dev.leat.registry.PublishModule;
import dev.leat.registry.PublisherKeys;
import dev.leat.registry.RoutingTable;
import dev.leat.registry.files.FileBlobStore;
import dev.leat.registry.jdbi.JdbiExecutionStore;
import dev.leat.registry.jdbi.JdbiFunctionStore;
import dev.leat.registry.jdbi.JdbiKeyStore;
import dev.leat.registry.jdbi.JdbiModuleStore;
import dev.leat.registry.jdbi.RegistrySchema;
import dev.leat.scheduler.Scheduler;
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
import dev.leat.worker.Worker;
import dev.leat.worker.capability.GuestMetrics;
import dev.leat.worker.capability.HostPowers;
import dev.leat.worker.capability.Slf4jGuestLog;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every part of a node, made in the order in which each needs the ones before, started in that
 * order and closed in the reverse. Constructors do no I/O; {@link #start} does.
 */
final class Assembly {
  private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);
  private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(20);

  /** For answers that are being written, and for the control plane. */
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);

  private static final int CLOSE_SECONDS = 10;

  private final Clock clock = Clock.systemUTC();
  private final HikariDataSource database;

  private final SigningKeys signingKeys;
  final Tokens tokens;
  private final QuotaGate quotaGate = new QuotaGate(System::nanoTime);
  private final Quotas quotas;
  private final Tenants tenants;
  private final Authenticator authenticator;

  private final GuestHeap guestHeap = GuestHeap.ofThisJvm();
  private final FileClassStore classes;
  private final ChicoryEngine engine;

  private final FileBlobStore blobs;
  private final RoutingTable routes;
  private final PublisherKeys publisherKeys;
  private final ModuleCatalog modules;
  private final PublishModule publishing;
  private final DeployFunction deploying;
  private final FunctionCatalog functions;
  private final ExecutionLog executions;

  private final Worker worker;
  final Scheduler scheduler;
  private final MeteredInvoker invocations;

  final BodyMemory bodies;
  private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
  private final Vertx vertx;
  final Gateway gateway;
  private volatile boolean ready;

  Assembly(NodeConfig config) {
    database = new HikariDataSource();
    configure(database, config.database());

    signingKeys = new SigningKeys(new JdbiSigningKeyStore(database), clock);
    tokens = new Tokens(new JdbiTokenStore(database), signingKeys, Tokens.DEFAULT_ISSUER, clock);
    quotas = new Quotas(new JdbiQuotaStore(database), quotaGate);
    tenants = new Tenants(new JdbiTenantStore(database), tokens, quotas, clock);
    authenticator = new Authenticator(signingKeys, tokens, tenants, clock, System::nanoTime);

    classes = new FileClassStore(config.dataDirectory().resolve("classes"));
    engine = new ChicoryEngine(ModuleLimits.DEFAULT, config.compiling(), classes, guestHeap);

    blobs = new FileBlobStore(config.dataDirectory().resolve("blobs"));
    FunctionStore functionStore = new JdbiFunctionStore(database);
    ModuleStore moduleStore = new JdbiModuleStore(database);
    KeyStore keyStore = new JdbiKeyStore(database);
    routes = new RoutingTable(functionStore);
    publisherKeys = new PublisherKeys(keyStore, clock);
    CollectModule collector = new CollectModule(moduleStore, blobs, engine::forget);
    modules = new ModuleCatalog(moduleStore, blobs, collector, clock);
    publishing =
        new PublishModule(
            moduleStore,
            blobs,
            collector,
            keyStore,
            engine::inspectAndCompile,
            clock,
            PublishModule.MODULE_BYTES_MAX);
    deploying =
        new DeployFunction(
            functionStore, moduleStore, modules, engine::inspectAccepted, routes, clock);
    functions = new FunctionCatalog(functionStore, routes, clock);

    ExecutionStore executionStore = new JdbiExecutionStore(database);
    executions = new ExecutionLog(executionStore, clock);

    HostPowers powers = new HostPowers(new Slf4jGuestLog(), new GuestMetrics(), clock);
    worker = new Worker(config.worker(), engine, this::moduleBytes, powers, executions::append);
    scheduler = new Scheduler(worker, Scheduler.IN_FLIGHT_MAX);
    invocations = new MeteredInvoker(scheduler, routes, tenants::exists);

    int cores = Runtime.getRuntime().availableProcessors();
    vertx = Vertx.vertx(vertxOptions(cores));
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
            blobs,
            guestHeap,
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
            new ForgetTenant(
                keyStore, functionStore, executionStore, moduleStore, collector, routes),
            metrics::text,
            () -> ready);
    gateway =
        new Gateway(
            gatewayConfig,
            vertx,
            new InvocationPipeline(routes, authenticator, quotaGate, bodies, invocations),
            new ControlPlane(services, authenticator, bodies, blocking),
            connections);
  }

  void start() throws IOException {
    TenantsSchema.migrate(database);
    RegistrySchema.migrate(database);
    blobs.start();
    classes.start();
    signingKeys.start();
    tokens.start();
    quotas.start();
    tenants.start();
    executions.start();
    guestHeap.onShortage(worker::reclaim);
    worker.start();
    routes.onChange(this::prewarm);
    routes.onRemoval(this::removed);
    routes.start();
    gateway.start();
    ready = true;
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

  private void removed(FunctionVersion version) {
    worker.deleted(version);
    invocations.removed(version);
  }

  private byte[] moduleBytes(ModuleDigest digest) {
    return blobs
        .load(digest)
        .orElseThrow(() -> new IllegalStateException("the bytes of " + digest + " are missing"));
  }

  boolean accepts(String token) {
    return authenticator.authenticate("Bearer " + token, "")
        instanceof Authentication.Authenticated;
  }

  /** Refuses new work, lets running invocations end and be answered, stops. */
  void close() {
    ready = false;
    if (!scheduler.drain(DRAIN_PATIENCE)) {
      LOG.warn(
          "Stopping with invocations running count={} waited={}",
          scheduler.inFlight(),
          DRAIN_PATIENCE);
    }
    gateway.stop(ANSWER_PATIENCE);
    try {
      vertx.close().await(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | RuntimeException e) {
      LOG.warn("The event loops did not stop in order", e);
    }
    blocking.shutdown();
    worker.close();
    executions.close();
    database.close();
  }

  private static void configure(HikariConfig pool, DatabaseConfig config) {
    pool.setPoolName("leat");
    pool.setJdbcUrl(config.url());
    pool.setUsername(config.user());
    pool.setPassword(config.password().value());
    pool.setMaximumPoolSize(config.poolSize());
    pool.setMinimumIdle(1);
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
