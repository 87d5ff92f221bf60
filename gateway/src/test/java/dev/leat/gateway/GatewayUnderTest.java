package dev.leat.gateway;

import dev.leat.audit.AuditLog;
import dev.leat.audit.jdbi.AuditSchema;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Answer;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Problem;
import dev.leat.contract.TenantId;
import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.Tracing;
import dev.leat.gateway.control.ControlPlane;
import dev.leat.gateway.control.ControlServices;
import dev.leat.gateway.control.Readiness;
import dev.leat.gateway.http.BodyMemory;
import dev.leat.gateway.http.ConnectionCounts;
import dev.leat.gateway.http.ConnectionLimits;
import dev.leat.gateway.invocation.InvocationPipeline;
import dev.leat.gateway.pipeline.EndedRequest;
import dev.leat.gateway.pipeline.Requests;
import dev.leat.invocations.async.KeyedCalls;
import dev.leat.invocations.jdbi.InvocationsSchema;
import dev.leat.invocations.jdbi.JdbiKeyedCallStore;
import dev.leat.registry.route.RoutingTable;
import dev.leat.store.ChangeFeed;
import dev.leat.store.FairPlaces;
import dev.leat.store.PolledChangeFeed;
import dev.leat.store.StoreSchema;
import dev.leat.store.WakeUp;
import dev.leat.tenants.Authenticator;
import dev.leat.tenants.FunctionScope;
import dev.leat.tenants.Issuers;
import dev.leat.tenants.JwksFetch;
import dev.leat.tenants.Principal;
import dev.leat.tenants.QuotaGate;
import dev.leat.tenants.QuotaScope;
import dev.leat.tenants.Quotas;
import dev.leat.tenants.Role;
import dev.leat.tenants.SigningKeys;
import dev.leat.tenants.Tenant;
import dev.leat.tenants.TenantBelongings;
import dev.leat.tenants.Tenants;
import dev.leat.tenants.TokenRequest;
import dev.leat.tenants.Tokens;
import dev.leat.tenants.jdbi.JdbiIssuerStore;
import dev.leat.tenants.jdbi.JdbiPowerStore;
import dev.leat.tenants.jdbi.JdbiQuotaStore;
import dev.leat.tenants.jdbi.JdbiSigningKeyStore;
import dev.leat.tenants.jdbi.JdbiTenantStore;
import dev.leat.tenants.jdbi.JdbiTokenStore;
import dev.leat.tenants.jdbi.TenantsSchema;
import dev.leat.testkit.ListedSpans;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/**
 * A whole gateway that listens on loopback: real tenants and tokens on a database, functions that
 * answer what a test says, and of the control plane what needs no registry. Tenant {@code acme} has
 * the functions {@code open}, for everybody, {@code closed}, and {@code small}, open to GET and
 * POST with bodies of up to ten bytes.
 */
final class GatewayUnderTest implements AutoCloseable {
  private static final MigratedDatabases DATABASES =
      new MigratedDatabases(
          StoreSchema::migrate,
          AuditSchema::migrate,
          TenantsSchema::migrate,
          InvocationsSchema::migrate);

  static final TenantId ACME = new TenantId("acme");
  static final TenantId OTHER = new TenantId("other");
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  final ScriptedFunctions functions = new ScriptedFunctions();
  final AcceptedCalls later = new AcceptedCalls();
  final BodyMemory bodies = new BodyMemory(1 << 20);
  final AtomicLong nanos = new AtomicLong();
  final List<EndedRequest> ended = new CopyOnWriteArrayList<>();
  final List<Span> spans = new CopyOnWriteArrayList<>();
  final Tracing tracing = new ListedSpans(spans);
  final Requests requests = new Requests(tracing, ended::add);
  final InvocationPipeline invocations;
  final ControlPlane control;
  final Quotas quotas;
  final Tenants tenants;

  /** Without its thread: the control plane has it take over what was done, or a test does. */
  final PolledChangeFeed changes;

  private final ManualClock clock = new ManualClock(NOW);
  private final TestDatabase database = DATABASES.h2();

  /** Modules that are not called any more. */
  private final Set<ModuleDigest> drained = ConcurrentHashMap.newKeySet();

  private final Tokens tokens;
  private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
  private final Vertx vertx = Vertx.vertx();
  final Gateway gateway;

  private GatewayUnderTest(boolean isGateway) {
    DataSource source = database.dataSource();
    SigningKeys keys =
        new SigningKeys(new JdbiSigningKeyStore(source), blocking, clock, nanos::get);
    tokens = new Tokens(new JdbiTokenStore(source), keys, Tokens.DEFAULT_ISSUER, clock);
    QuotaGate gate = new QuotaGate(nanos::get);
    quotas = new Quotas(new JdbiQuotaStore(source), new JdbiPowerStore(source), gate);
    tenants = new Tenants(new JdbiTenantStore(source), new NoBelongings(), clock);
    tenants.create(ACME);
    tenants.create(OTHER);
    Issuers issuers =
        new Issuers(
            new JdbiIssuerStore(source),
            new JwksFetch(Duration.ofSeconds(1)),
            blocking,
            clock,
            nanos::get);
    Authenticator authenticator =
        new Authenticator(keys, tokens, tenants, issuers, clock, nanos::get);
    RoutingTable routes = Functions.routes();
    changes = new PolledChangeFeed(source, WakeUp.NONE);
    List.of(keys, tokens, quotas, tenants, routes).forEach(changes::subscribe);
    changes.load();
    invocations =
        new InvocationPipeline(
            routes,
            version -> drained.contains(version.module()),
            authenticator,
            tenants,
            gate,
            bodies,
            functions,
            later,
            new KeyedCalls(
                new JdbiKeyedCallStore(source), tenants::exists, new FairPlaces(4), blocking),
            Duration.ofSeconds(1),
            tracing);
    control =
        new ControlPlane(
            isGateway,
            platform(
                tenants,
                quotas,
                tokens,
                keys,
                new AuditLog(new JdbiAuditStore(source), keys, clock),
                changes),
            authenticator,
            bodies,
            blocking,
            tracing);
    gateway =
        new Gateway(
            new GatewayConfig("127.0.0.1", 0, isGateway, 1, bodies.max(), ConnectionLimits.DEFAULT),
            vertx,
            invocations,
            control,
            new ConnectionCounts(100, 100),
            requests,
            lag -> {});
  }

  static GatewayUnderTest start() {
    return start(true);
  }

  /** A node without the role gateway. */
  static GatewayUnderTest startWithoutRole() {
    return start(false);
  }

  private static GatewayUnderTest start(boolean isGateway) {
    GatewayUnderTest started = new GatewayUnderTest(isGateway);
    try {
      started.gateway.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return started;
  }

  /** What needs the registry is not called in these tests. */
  @SuppressWarnings({"NullAway", "DataFlowIssue"})
  private static ControlServices platform(
      Tenants tenants,
      Quotas quotas,
      Tokens tokens,
      SigningKeys keys,
      AuditLog audit,
      ChangeFeed changes) {
    return new ControlServices(
        new ControlServices.OfTenants(
            tenants, quotas, tenant -> Map.of(), tokens, null, keys, null, null),
        new ControlServices.OfRegistry(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null,
            null),
        new ControlServices.OfInvocations(null, null, null, null, null),
        audit,
        changes,
        new ControlServices.OfNode(
            isOpenMetrics -> "leat_up 1\n".getBytes(StandardCharsets.UTF_8),
            Readiness.Ready::new,
            List::of,
            InstantSource.system()));
  }

  int port() {
    return gateway.port();
  }

  /** Sets a quota of {@code acme}; -1 for none. */
  void setQuota(String name, long limit) {
    quotas.set(new QuotaScope.OfTenant(ACME), Map.of(name, limit));
    changes.catchUp();
  }

  void drain(ModuleDigest module) {
    drained.add(module);
  }

  void drainNothing() {
    drained.clear();
  }

  void suspend(TenantId tenant) {
    tenants.suspend(tenant);
    changes.catchUp();
  }

  void delete(TenantId tenant) {
    tenants.delete(tenant, true);
    changes.catchUp();
  }

  void create(TenantId tenant) {
    tenants.create(tenant);
    changes.catchUp();
  }

  void resume(TenantId tenant) {
    tenants.resume(tenant);
    changes.catchUp();
  }

  /** A bearer token of a tenant. */
  String token(TenantId tenant, Role... roles) {
    return issue(Optional.of(tenant), List.of(), roles);
  }

  /** A bearer token that is signed by a key of which this node has not heard. */
  String tokenOfAKeyMadeElsewhere(TenantId tenant, Role... roles) {
    DataSource source = database.dataSource();
    SigningKeys keys =
        new SigningKeys(new JdbiSigningKeyStore(source), blocking, clock, nanos::get);
    keys.load();
    keys.rotate(Optional.empty());
    nanos.addAndGet(1_000_000_000); // whenever this node has looked last
    Tokens elsewhere = new Tokens(new JdbiTokenStore(source), keys, Tokens.DEFAULT_ISSUER, clock);
    return issue(elsewhere, Optional.of(tenant), List.of(), roles);
  }

  /** A bearer token of a tenant that is limited to these functions. */
  String tokenFor(TenantId tenant, List<String> functions, Role... roles) {
    return issue(Optional.of(tenant), functions, roles);
  }

  /** A bearer token of the platform's operators. */
  String operator() {
    return issue(Optional.empty(), List.of(), Role.OPERATOR);
  }

  private String issue(Optional<TenantId> tenant, List<String> functions, Role... roles) {
    return issue(tokens, tenant, functions, roles);
  }

  private static String issue(
      Tokens tokens, Optional<TenantId> tenant, List<String> functions, Role... roles) {
    Principal operator =
        new Principal(
            "test",
            Optional.empty(),
            Set.of(Role.OPERATOR),
            FunctionScope.ALL,
            Optional.empty(),
            "id",
            Instant.MAX);
    return switch (tokens.issue(
        operator,
        new TokenRequest(tenant, "someone", Set.of(roles), functions, Duration.ofHours(1)))) {
      case Answer.Done<dev.leat.tenants.IssuedToken>(var token) -> token.jwt();
      case Answer.Refused<dev.leat.tenants.IssuedToken>(Problem problem) ->
          throw new AssertionError(problem.toString());
    };
  }

  /** A request with these fields beside its host, on a connection that ends with it. */
  Received request(String method, String path, Map<String, String> fields, String body) {
    StringBuilder head =
        new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    fields.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    if (!body.isEmpty()) {
      head.append("Content-Length: ")
          .append(body.getBytes(StandardCharsets.UTF_8).length)
          .append("\r\n");
    }
    return raw(head + "Connection: close\r\n\r\n" + body);
  }

  Received get(String path) {
    return request("GET", path, Map.of(), "");
  }

  /** Sends these bytes, and gives what comes back until the connection ends. */
  Received raw(String bytes) {
    try (Socket socket = open()) {
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
      return Received.of(
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Socket open() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** Nothing in other rooms. */
  private record NoBelongings() implements TenantBelongings {
    @Override
    public int close(TenantId tenant, boolean isForced) {
      return 0;
    }

    @Override
    public boolean forgetSome(TenantId tenant) {
      return false;
    }

    @Override
    public void forgetLater(Tenant tenant) {}

    @Override
    public void open(TenantId tenant) {}
  }

  /** Changes what is stored. */
  void execute(String sql) {
    database.execute(sql);
  }

  @Override
  public void close() {
    gateway.stop(Duration.ofSeconds(1));
    blocking.shutdown();
    vertx.close().await();
    database.close();
  }
}
