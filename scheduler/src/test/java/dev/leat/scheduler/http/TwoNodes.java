package dev.leat.scheduler.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.leat.cluster.Member;
import dev.leat.cluster.trust.AuthorityStore;
import dev.leat.cluster.trust.ClusterAuthority;
import dev.leat.cluster.trust.NodeCertificates;
import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Invocation;
import dev.leat.contract.Limits;
import dev.leat.contract.MemberState;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.TenantId;
import dev.leat.contract.Trigger;
import dev.leat.contract.VersionRef;
import dev.leat.contract.trace.Tracing;
import dev.leat.scheduler.Demand;
import dev.leat.scheduler.Load;
import dev.leat.scheduler.WorkerNode;
import dev.leat.scheduler.WorkerReport;
import dev.leat.testkit.CuttableProxy;
import dev.leat.testkit.Eventually;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The node "here", which calls, and the node "there", which has the worker; a proxy between. */
final class TwoNodes implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final FunctionVersion VERSION = version(1, Limits.DEFAULT);
  static final long HELD_MAX = 100L << 20;

  final InstantSource clock = InstantSource.system();
  final ClusterAuthority authority = authority();
  final StagedWorker worker = new StagedWorker();
  final Map<VersionRef, FunctionVersion> known =
      new ConcurrentHashMap<>(Map.of(VERSION.ref(), VERSION));
  volatile BooleanSupplier catchUp = () -> true;
  volatile boolean saysReady = true;
  final Vertx vertxHere = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  final Vertx vertxThere = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  final TestMembers membersThere = new TestMembers("there", member("here", 1, 1));
  final PeerServer server;
  final CuttableProxy proxy;
  final TestMembers membersHere;
  final Peers peers;

  TwoNodes() {
    this(HELD_MAX, 2);
  }

  /** All on one connection, in which what was said before has come before. */
  static TwoNodes withOneLine() {
    return new TwoNodes(HELD_MAX, 1);
  }

  static TwoNodes holding(long heldMax) {
    return new TwoNodes(heldMax, 2);
  }

  private TwoNodes(long heldMax, int lines) {
    server =
        new PeerServer(
            vertxThere,
            new PeerServerConfig("127.0.0.1", 0, 2, heldMax),
            identity("there"),
            membersThere,
            local());
    try {
      server.start();
      proxy = CuttableProxy.to(server.port());
      membersHere = new TestMembers("here", member("there", 1, proxy.port()));
      peers = new Peers(vertxHere, membersHere, identity("here"), lines, true, Tracing.OFF);
      peers.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ClusterAuthority authority() {
    AuthorityStore empty = candidate -> candidate;
    return ClusterAuthority.of(empty, InstantSource.system());
  }

  NodeCertificates identity(String node) {
    return new NodeCertificates(authority, node, clock);
  }

  static Member member(String name, long incarnation, int port) {
    return TestMembers.member(name, incarnation, port, MemberState.READY);
  }

  LocalWorker local() {
    return new LocalWorker(worker, this::report, known::get, () -> catchUp.getAsBoolean());
  }

  private WorkerReport report() {
    return new WorkerReport(worker.load(), saysReady, List.of(new Demand(VERSION.ref(), 1.5)));
  }

  /** The worker there, ready. */
  WorkerNode there() {
    Eventually.holds("the other node is ready", () -> remote().isReady());
    return remote();
  }

  WorkerNode remote() {
    return peers.all().getFirst();
  }

  RemoteWorker named(String node) {
    return (RemoteWorker)
        peers.all().stream().filter(it -> it.node().equals(node)).findFirst().orElseThrow();
  }

  Ending call(Invocation invocation) {
    Ending ending = new Ending();
    there().invoke(invocation, ending);
    return ending;
  }

  Ending call(byte[] body) {
    return call(invocation(VERSION, body, new Cancellation()));
  }

  static Invocation invocation(FunctionVersion version, byte[] body, Cancellation cancellation) {
    return new Invocation(
        "request-1",
        version,
        new HttpCall("POST", "/x", "a=b", Headers.of("a", "b"), body),
        new Origin(
            "ann",
            new TenantId("acme"),
            Trigger.HTTP,
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            1),
        System.nanoTime() + PATIENCE.toNanos(),
        null,
        cancellation);
  }

  static FunctionVersion version(int number, Limits limits) {
    return new FunctionVersion(
        new FunctionRef(new TenantId("acme"), new FunctionName("f")),
        number,
        ModuleDigest.of("module".getBytes(UTF_8)),
        GuestContract.HANDLER,
        limits,
        InstancePolicy.DEFAULT,
        Grants.NONE,
        "{}");
  }

  /** Returns when what was said there until now was heard here; on one line. */
  void hearsAll() {
    Load load = new Load(0, 0, worker.load().capacity() + 1);
    worker.load = load;
    Eventually.holds("a later report", () -> remote().load().capacity() == load.capacity());
  }

  /** Nothing is held there, and no call is counted here. */
  void isEmpty() {
    Eventually.holds("nothing is held: " + server.heldBytes(), () -> server.heldBytes() == 0);
    Eventually.holds(
        "no calls are counted",
        () -> peers.all().stream().allMatch(node -> ((RemoteWorker) node).inFlight() == 0));
  }

  @Override
  public void close() {
    peers.close();
    server.stop(Duration.ofMillis(100));
    proxy.close();
    try {
      vertxHere.close().await(10, TimeUnit.SECONDS);
      vertxThere.close().await(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
