package dev.leat.node;

import dev.leat.audit.jdbi.AuditSchema;
import dev.leat.cluster.jdbi.ClusterFormat;
import dev.leat.cluster.jdbi.ClusterSchema;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Invocation;
import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import dev.leat.contract.Outcome;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.contract.permission.PermissionType;
import dev.leat.gateway.Gateway;
import dev.leat.gateway.GatewayConfig;
import dev.leat.gateway.control.ControlPlane;
import dev.leat.gateway.control.ControlServices;
import dev.leat.gateway.control.Readiness;
import dev.leat.gateway.control.reply.MemberReply;
import dev.leat.gateway.http.BodyMemory;
import dev.leat.gateway.http.ConnectionCounts;
import dev.leat.gateway.invocation.InvocationPipeline;
import dev.leat.gateway.pipeline.Requests;
import dev.leat.invocations.ExecutionLog;
import dev.leat.invocations.InvocationLogs;
import dev.leat.invocations.async.Callbacks;
import dev.leat.invocations.jdbi.InvocationsSchema;
import dev.leat.invocations.jdbi.JdbiExecutionStore;
import dev.leat.invocations.jdbi.JdbiLogStore;
import dev.leat.node.log.AccessLog;
import dev.leat.node.metrics.AsyncMetrics;
import dev.leat.node.metrics.Exposition;
import dev.leat.node.metrics.JvmMetrics;
import dev.leat.node.metrics.MeteredInvoker;
import dev.leat.node.metrics.NodeMetrics;
import dev.leat.node.metrics.ScheduleMetrics;
import dev.leat.node.telemetry.Telemetry;
import dev.leat.registry.capability.UsesLog;
import dev.leat.registry.capability.UsesStore;
import dev.leat.registry.jdbi.JdbiLogLevelStore;
import dev.leat.registry.jdbi.JdbiPermissionStore;
import dev.leat.registry.jdbi.JdbiUsesStore;
import dev.leat.registry.jdbi.RegistrySchema;
import dev.leat.registry.loglevel.LogLevels;
import dev.leat.registry.permission.CurrentPermissions;
import dev.leat.registry.permission.PermissionStore;
import dev.leat.registry.release.RolloutSteps;
import dev.leat.registry.route.RouteChange;
import dev.leat.scheduler.Scheduler;
import dev.leat.scheduler.jdbi.SchedulerSchema;
import dev.leat.store.JdbiLeases;
import dev.leat.store.PolledChangeFeed;
import dev.leat.store.StoreSchema;
import dev.leat.store.WakeUp;
import dev.leat.store.encryption.Rewrapping;
import dev.leat.tenants.Authentication;
import dev.leat.tenants.Meters;
import dev.leat.tenants.Tenant;
import dev.leat.tenants.TenantBelongings;
import dev.leat.tenants.jdbi.TenantsSchema;
import dev.leat.tenants.secret.SecretStore;
import dev.leat.worker.capability.PermissionDenials;
import dev.leat.worker.capability.http.HttpPower;
import dev.leat.worker.capability.http.OutboundHttp;
import dev.leat.worker.capability.keyvalue.KeyValueStore;
import dev.leat.worker.capability.secret.HeldSecrets;
import dev.leat.worker.capability.secret.SecretFields;
import dev.leat.worker.capability.secret.SecretsPower;
import dev.leat.worker.jdbi.WorkerSchema;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
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

  /**
   * For clients to hear with an answer that they are to leave. A connection that is quiet for so
   * long is idle, and nothing is lost when it is closed.
   */
  private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(1);

  /** For answers that are being written, and for the control plane. */
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);

  /**
   * In milliseconds, as the stores keep times: what is answered when it is stored, and what is read
   * later, are the same.
   */
  private final Clock clock = Clock.tickMillis(ZoneOffset.UTC);

  private final NodeConfig config;
  private final Telemetry telemetry;

  // What every node has, whatever its roles.
  final DataDirectory directory;
  private final NodeEncryption encryption;
  private final NodeDatabase database;
  private final TenantParts tenants;
  private final AuditParts audit;
  private final ExecutionLog executions;
  private final InvocationLogs logs;
  private final ModuleParts modules;
  private final CurrentPermissions permissions;
  private final UsesLog uses;
  private final LogLevels levels;
  private final PermissionDenials permissionDenials;
  final WorkerParts running;
  private final RegistryParts registry;
  private final PolledChangeFeed changes;

  // What one of a cluster has besides; null in a node alone, which loads nothing of it.
  private final @Nullable Membership membership;
  private final @Nullable ClusterCalls calls;

  private final RolloutSteps rolloutSteps;
  private final KeyValueParts keyValues;
  private final OutboundHttp outbound;
  private final HeldSecrets secrets;
  private final EncryptAnew encryptingAnew;
  private final CalledHosts calledHosts;
  private final ConnectionParts guestDatabases;

  // The way of a call, from the gateway to a worker.
  final Scheduler scheduler;
  private final MeteredInvoker invocations;
  private final AsyncParts async;

  // HTTP.
  private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
  private final EventLoops loops = new EventLoops();
  final BodyMemory bodies;
  private final AccessLog accessLog = new AccessLog();
  private final Requests requests;
  private final ConnectionCounts clients;
  private final NodeMetrics ways;
  final Exposition metrics;
  final Gateway gateway;

  private final Lifecycle parts;
  private volatile boolean ready;

  Assembly(NodeConfig config) {
    this.config = config;
    telemetry = Telemetry.of(config.telemetry(), config.name());
    directory = new DataDirectory(config.dataDirectory());
    database = new NodeDatabase(config.database());
    DataSource source = database.connections();
    encryption =
        new NodeEncryption(
            config.encryption(), config.place().isEmpty(), directory.encryptionKeys());
    membership =
        config
            .place()
            .map(place -> new Membership(config, place, source, encryption.wrapped()))
            .orElse(null);
    tenants =
        new TenantParts(
            source,
            new Belongings(),
            membership == null ? Meters.local(System::nanoTime) : membership.meters(),
            this::storedBytes,
            config.place().isEmpty(),
            encryption,
            blocking,
            clock);
    audit = new AuditParts(source, config.audit(), config.name(), tenants.signingKeys, clock);
    executions = new ExecutionLog(new JdbiExecutionStore(source), config.invocations(), clock);
    logs = new InvocationLogs(new JdbiLogStore(source), config.invocations(), clock);
    modules =
        new ModuleParts(
            config, directory, source, encryption.wrapped(), audit.store::append, clock);
    PermissionStore permissionStore = new JdbiPermissionStore(modules.database, modules.turns);
    permissions = new CurrentPermissions(permissionStore, tenants.quotas, tenants.tenants::exists);
    UsesStore usesStore = new JdbiUsesStore(modules.database);
    uses = new UsesLog(usesStore, clock);
    permissionDenials = new PermissionDenials(new AuditedDenials(audit.log.denials()), uses::count);
    levels = new LogLevels(new JdbiLogLevelStore(modules.database, modules.turns));
    keyValues =
        new KeyValueParts(
            source,
            config.redis(),
            blocking,
            config.database().poolSize(),
            tenants.tenants::createdAt,
            tenants.quotas,
            clock);
    outbound = new OutboundHttp(loops.vertx, config.outbound(), tenants.quotas);
    secrets = new HeldSecrets(tenants.secrets::value);
    guestDatabases =
        new ConnectionParts(
            config, directory, modules, encryption::ofSecrets, tenants.quotas, blocking, clock);
    running =
        new WorkerParts(
            config.worker(),
            modules,
            permissions,
            permissionDenials,
            keyValues.power,
            new HttpPower(
                outbound,
                tenants.outboundGate::tryTake,
                new SecretFields(secrets, keyValues.databaseWork),
                this::requested),
            new SecretsPower(secrets, keyValues.databaseWork),
            guestDatabases.power,
            this::isDeployed,
            this::kept,
            this::ended,
            logs,
            levels,
            telemetry.tracing());
    registry =
        new RegistryParts(
            source,
            modules,
            permissionStore,
            uses,
            usesStore,
            guestDatabases.store,
            running.trial,
            tenants.quotas,
            clock);
    calledHosts = new CalledHosts(registry.canaries, registry.routes, permissions);
    changes = new PolledChangeFeed(source, membership == null ? WakeUp.NONE : membership.wakeUp());
    calls = membership == null ? null : calls(membership, source);
    rolloutSteps =
        new RolloutSteps(
            new JdbiLeases(source), "rollouts#" + UUID.randomUUID(), registry.rollouts, changes);

    encryptingAnew =
        new EncryptAnew(
            Stream.of(
                    Stream.of(
                        tenants.secrets,
                        tenants.signingKey,
                        modules.storage.key(),
                        guestDatabases.connections),
                    Stream.ofNullable(membership).map(place -> place.authorities))
                .<Rewrapping>flatMap(each -> each)
                .toList(),
            new JdbiLeases(source),
            "encryption-keys#" + UUID.randomUUID());

    scheduler =
        calls == null
            ? new Scheduler(running.calls, Scheduler.IN_FLIGHT_MAX)
            : new Scheduler(calls, calls.assignments(), this::ended, Scheduler.IN_FLIGHT_MAX);
    invocations =
        new MeteredInvoker(
            scheduler,
            this::charged,
            this::isDeployed,
            tenants.tenants::exists,
            telemetry.tracing());

    async =
        new AsyncParts(
            source,
            modules.storage.bodies(),
            config.worker(),
            registry.routes,
            registry.drained::has,
            tenants.tenants,
            tenants.quotaGate,
            tenants.quotas,
            invocations,
            running.worker,
            membership == null ? WakeUp.NONE : membership.wakeUp(),
            telemetry.tracing(),
            outbound,
            tenant -> tenants.secrets.value(tenant, Callbacks.KEY),
            blocking,
            keyValues.databasePlaces,
            clock);

    GatewayConfig gatewayConfig =
        GatewayConfig.on(
            config.host(),
            config.port(),
            config.has(NodeRole.GATEWAY),
            loops.count,
            config.connections());
    bodies = new BodyMemory(gatewayConfig.bodyMemoryBytes());
    requests =
        new Requests(telemetry.tracing(), config.log().isAccessLogged() ? accessLog::add : null);
    clients =
        new ConnectionCounts(config.connections().connections(), config.connections().perAddress());
    ways =
        new NodeMetrics(
            requests,
            accessLog::dropped,
            tenants.quotaGate,
            scheduler::placements,
            database::use,
            running.powers.calls(),
            telemetry.counts());
    metrics = exposition();
    gateway = gateway(gatewayConfig, config.worker().waitMax());
    parts = parts();
  }

  private ClusterCalls calls(Membership known, DataSource source) {
    return new ClusterCalls(
        config,
        known,
        source,
        loops,
        running,
        registry.routes,
        changes,
        () -> ready,
        telemetry.tracing());
  }

  private Exposition exposition() {
    return new Exposition(
        invocations,
        running.worker,
        tenants.quotaGate,
        modules.engine,
        modules.alarm,
        modules.guestHeap,
        running.guestLogs,
        running.guestMetrics,
        permissionDenials,
        bodies,
        clients,
        executions,
        logs,
        List.of(
            ways,
            new JvmMetrics(),
            new AsyncMetrics(
                async.invocations::account,
                async.runner::begun,
                async.runner::omittedDestinations,
                async.callbacks::counts),
            new ScheduleMetrics(async.firing)));
  }

  private ControlServices.OfTenants tenantServices() {
    return new ControlServices.OfTenants(
        tenants.tenants,
        tenants.quotas,
        this::stock,
        tenants.tokens,
        tenants.issuers,
        tenants.signingKeys,
        tenants.secrets,
        tenants.usage);
  }

  private ControlServices.OfRegistry registryServices() {
    return new ControlServices.OfRegistry(
        registry.publisherKeys,
        registry.policies,
        registry.publishing,
        registry.modules,
        registry.analysis,
        registry.exchange,
        registry.deploying,
        registry.functions,
        registry.traffic,
        registry.naming,
        registry.rollouts,
        registry.permitting,
        registry.reviewing,
        levels,
        guestDatabases.connections);
  }

  private Gateway gateway(GatewayConfig config, Duration waitMax) {
    ControlServices services =
        new ControlServices(
            tenantServices(),
            registryServices(),
            new ControlServices.OfInvocations(
                executions, logs, async.invocations, async.deadLetters, async.schedules),
            audit.log,
            changes,
            new ControlServices.OfNode(metrics::text, this::readiness, this::members, clock));
    return new Gateway(
        config,
        loops.vertx,
        new InvocationPipeline(
            registry.routes,
            registry.drained::has,
            tenants.authenticator,
            tenants.tenants,
            tenants.quotaGate,
            bodies,
            invocations,
            async.acceptance(),
            async.keyed,
            waitMax,
            telemetry.tracing()),
        new ControlPlane(
            config.isGateway(),
            services,
            tenants.authenticator,
            bodies,
            blocking,
            telemetry.tracing()),
        clients,
        requests,
        ways::loopLag);
  }

  /** What runs, in the order in which each needs those before it. */
  private Lifecycle parts() {
    Lifecycle all =
        new Lifecycle()
            .part("event loops", () -> {}, loops::close)
            .part("blocking threads", () -> {}, blocking::shutdown)
            .part("API document", gateway::prepare)
            .part("data directory", directory::claim, directory::close)
            .part("encryption", encryption::start, () -> {})
            .part("database", database::start, database::close)
            .part("tables", this::prepareTables)
            .part("database watch", database.watch()::start, database.watch()::close);
    if (config.log().isAccessLogged()) {
      all.part("access log", accessLog::start, accessLog::close);
    }
    if (membership != null) {
      all.part("place in the cluster", membership::claim, membership::leave);
    }
    all.part("modules", modules.storage.start())
        .part("abandoned modules", registry.abandoned::start, registry.abandoned::close)
        .part("execution records", executions::start, executions::close)
        .part("guest logs", logs::start, logs::close)
        .part("uses of capabilities", uses::start, uses::close)
        .part("usage", tenants.usage::start, tenants.usage::close)
        .part("requests of functions", outbound::start, outbound::close)
        .part("values of functions", () -> {}, keyValues::close)
        .part("databases of functions", () -> {}, guestDatabases.databases::close)
        .part("worker", this::startWorker, running.worker::close)
        .part("issuers' keys", () -> {}, tenants.jwksFetch::close)
        .part("state in memory", this::loadState)
        .part("balances of the hour", tenants.hourly::load)
        .part("changes", changes::start, changes::close)
        .part("canaries", registry.canaryLog::start, registry.canaryLog::close)
        .part("audit", audit::start, audit::close);
    if (membership != null && calls != null) {
      Membership place = membership;
      ClusterCalls others = calls;
      all.part("calls of other nodes", others::start, others::stop)
          .part("cluster", () -> place.join(this::woken, others::answers), place::stopHearing)
          .part("quotas of the cluster", place::shareQuotas, place::endSharing)
          .part("planning", others::startPlanning, others::stopPlanning);
    }
    if (config.has(NodeRole.SCHEDULER)) {
      all.part("rollouts", rolloutSteps::start, rolloutSteps::close)
          .part("encryption anew", encryptingAnew::start, encryptingAnew::close)
          .part("expired values", keyValues.collecting::start, keyValues.collecting::close);
    }
    if (config.has(NodeRole.GATEWAY)) {
      all.part("asynchronous invocations", async::start, async::close);
    }
    all.part("telemetry", () -> telemetry.start(metrics::snapshots), telemetry::close);
    return all.part("operator token", this::writeOperatorToken)
        .part("gateway", gateway::start, () -> gateway.stop(ANSWER_PATIENCE))
        .part("requests", this::serve, this::drain);
  }

  /**
   * @throws IOException if the node cannot start; the message says what to do about it
   */
  void start() throws IOException {
    parts.start();
  }

  void setUp(TenantId tenant, String connection, List<String> statements) {
    guestDatabases.setUp(tenant, connection, statements);
  }

  /** Refuses new work, lets running invocations end and be answered, stops. */
  @Override
  public void close() {
    parts.close();
  }

  /** What the lease's holder does from time to time. */
  void encryptAnew() {
    encryptingAnew.round();
  }

  private void prepareTables() throws IOException {
    if (membership != null) {
      ClusterFormat.check(database.connections()); // before anything is changed
    }
    database.migrate(this::migrate);
  }

  private void migrate(DataSource source) {
    StoreSchema.migrate(source);
    AuditSchema.migrate(source);
    TenantsSchema.migrate(source);
    RegistrySchema.migrate(source);
    InvocationsSchema.migrate(source);
    if (membership != null) {
      ClusterSchema.migrate(source);
      SchedulerSchema.migrate(source);
    }
    WorkerSchema.migrate(source);
  }

  /** Another node has committed something. */
  private void woken() {
    changes.wake();
    async.runner.wake();
  }

  private void startWorker() {
    modules.guestHeap.onShortage(running.worker::reclaim);
    running.worker.start();
  }

  /** In this order, in which each change is taken over, too: a deleted tenant's tokens first. */
  private void loadState() {
    registry.routes.onChange(this::changed);
    if (membership != null) {
      changes.subscribe(membership.directory);
    }
    List.of(
            tenants.signingKeys,
            tenants.tokens,
            tenants.issuers,
            tenants.quotas,
            tenants.tenants,
            tenants.usage,
            secrets,
            permissions, // after the quotas, which have the powers, and the tenants
            guestDatabases.databases,
            registry.drained,
            levels,
            registry.routes)
        .forEach(changes::subscribe);
    if (calls != null) {
      changes.subscribe(calls.assignments()); // after the routes, which have the versions
    }
    changes.load();
    encryption.warnOf(tenants.secrets.unknownKeys());
  }

  private void writeOperatorToken() throws IOException {
    new OperatorToken(directory.operatorToken())
        .write(
            token ->
                tenants.authenticator.authenticate("Bearer " + token, "")
                    instanceof Authentication.Authenticated,
            () -> tenants.tokens.issueOperator(OPERATOR_TOKEN_TTL).jwt());
  }

  private void serve() {
    ready = true;
    database.nodeHasStarted();
    if (membership != null) {
      membership.directory.sayAddress(membership.place.urlOf(config.host(), gateway.port()));
      membership.directory.say(MemberState.READY);
    }
  }

  /**
   * First it serves on for a while, so that load balancers and other nodes learn that it will stop;
   * then no connection is taken any more, and those that are open have their last answers; then it
   * runs nothing new, and waits for what runs.
   */
  private void drain() {
    ready = false;
    async.runner.leaveOff();
    if (membership != null && !membership.isReplaced()) {
      membership.directory.say(MemberState.DRAINING);
      scheduler.leaveOff();
      gateway.leave();
      LOG.info("Serving on before the stop seconds={}", config.cluster().drainNotice().toSeconds());
      serveOn(config.cluster().drainNotice());
    }
    gateway.listenNoMore(LEAVE_PATIENCE);
    boolean isQuiet =
        scheduler.drain(DRAIN_PATIENCE) && (calls == null || calls.drain(DRAIN_PATIENCE));
    if (!isQuiet) {
      LOG.warn(
          "Stopping with invocations running count={} waited={}",
          scheduler.inFlight(),
          DRAIN_PATIENCE);
    }
  }

  /**
   * An interrupt ends the notice, and not the stop: what comes after it still has to be waited for.
   */
  @SuppressWarnings("InterruptedExceptionSwallowed")
  private static void serveOn(Duration notice) {
    try {
      Thread.sleep(notice);
    } catch (InterruptedException e) {
      LOG.info("The notice is cut short");
    }
  }

  /**
   * Whether the node should get requests now. The nodes of a cluster have one database: if they
   * were not ready while it is away, nobody would answer the calls that none of them needs it for.
   */
  private Readiness readiness() {
    if (!ready) {
      return new Readiness.Unready(
          Problem.of(ProblemCode.OVERLOADED, "The node is starting or shutting down."));
    }
    if (database.watch().isAvailable()) {
      return new Readiness.Ready();
    }
    return config.place().isPresent()
        ? new Readiness.ReadyWithoutDatabase()
        : new Readiness.Unready(
            Problem.of(ProblemCode.STORE_UNAVAILABLE, "The node's database is away just now."));
  }

  /** The nodes of the cluster; a node alone is the only one. */
  private List<MemberReply> members() {
    if (calls != null) {
      return calls.members();
    }
    MemberState state = ready ? MemberState.READY : MemberState.JOINING;
    return List.of(
        new MemberReply(
            "node",
            config.roles().stream().sorted().map(NodeRole::word).toList(),
            ClusterPlace.url(config.host(), gateway.port()),
            null,
            state.word(),
            SoftwareVersion.text(),
            scheduler.inFlight(),
            config.worker().guestThreads(),
            0));
  }

  private void changed(RouteChange change) {
    change.gone().forEach(this::removed);
    running.worker.retain(change.function(), change.warm());
    change.begun().forEach(this::begun);
  }

  private void removed(FunctionVersion version) {
    running.worker.deleted(version);
    invocations.removed(version);
    running.guestMetrics.removed(version.function());
  }

  /** At start only versions with instances to keep are prepared. */
  private void begun(FunctionVersion version) {
    if (config.has(NodeRole.WORKER) && (ready || kept(version) > 0)) {
      running.prewarm(version);
    }
  }

  /**
   * A node alone keeps what manifests ask for, one of a cluster its part of it; and of a version
   * that has just lost its traffic, one instance if there is one, to go back to.
   */
  private int kept(FunctionVersion version) {
    int own = calls == null ? version.instances().min() : calls.assignments().own(version);
    return switch (registry.routes.warmth(version)) {
      case ASKED_FOR -> own;
      case FORMER -> Math.max(1, own);
      case NONE -> 0;
    };
  }

  /** Blocks until another node has taken this one's name; for ever on a node alone. */
  void awaitReplaced() throws InterruptedException {
    if (membership == null) {
      new CountDownLatch(1).await();
    } else {
      membership.awaitReplaced();
    }
  }

  /** An invocation that came to a worker has ended, or was lost on its way. */
  private void ended(Invocation invocation, Outcome outcome) {
    tenants.usageCounts.count(invocation, outcome);
    executions.append(invocation, outcome);
  }

  /** A call that this node let in has ended, which its balances of the hour were charged for. */
  private void charged(FunctionRef function, Usage usage) {
    if (tenants.quotaGate.isHourly(function)) {
      tenants.usageCounts.charged(function, usage);
    }
  }

  private Map<TenantId, Long> storedBytes() {
    return registry.moduleStore.storedBytes();
  }

  /** What the tenant has of what is kept, by the names of the quotas that limit it. */
  private Map<String, Long> stock(TenantId tenant) {
    KeyValueStore.Use values = keyValues.store.use(tenant);
    SecretStore.Use told = tenants.secrets.use(tenant);
    return Map.of(
        "functions",
        (long) registry.functions.count(tenant),
        "modules",
        (long) registry.modules.count(tenant),
        "stored-bytes",
        registry.modules.storedBytes(tenant),
        "keys",
        values.keys(),
        "key-value-bytes",
        values.bytes(),
        "secrets",
        told.entries(),
        "secret-bytes",
        told.bytes(),
        "connections",
        (long) guestDatabases.connections.count(tenant),
        "schedules",
        (long) async.schedules.count(tenant));
  }

  private void requested(FunctionVersion version, PermissionType type, HttpTarget target) {
    calledHosts.requested(version, type, target);
  }

  private boolean isDeployed(FunctionRef function) {
    return registry.isDeployed(function);
  }

  /** What tenants have in the registry, and the records of what ran. */
  private final class Belongings implements TenantBelongings {
    @Override
    public int close(TenantId tenant, boolean isForced) {
      return registry.forgetting.close(tenant, isForced);
    }

    @Override
    public boolean forgetSome(TenantId tenant) {
      async.scheduleStore.forget(tenant); // first: what it has must not grow any more
      if (registry.forgetting.forgetSome(tenant) || keyValues.forgetSome(tenant)) {
        return true;
      }
      if (async.store.forgetSome(tenant)) {
        return true;
      }
      executions.forget(tenant);
      logs.forget(tenant);
      tenants.usage.forget(tenant);
      return false;
    }

    @Override
    public void forgetLater(Tenant tenant) {
      keyValues.forgetLater(tenant);
    }

    @Override
    public void open(TenantId tenant) {
      registry.forgetting.open(tenant);
    }
  }
}
