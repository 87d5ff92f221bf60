package dev.leat.node;

import dev.leat.cluster.Member;
import dev.leat.cluster.NodeIdentity;
import dev.leat.cluster.trust.NodeCertificates;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.NodeRole;
import dev.leat.contract.VersionRef;
import dev.leat.contract.trace.Tracing;
import dev.leat.gateway.control.reply.MemberReply;
import dev.leat.registry.route.RoutingTable;
import dev.leat.scheduler.AssignmentStore;
import dev.leat.scheduler.AssignmentTable;
import dev.leat.scheduler.OwnWorker;
import dev.leat.scheduler.Planner;
import dev.leat.scheduler.WorkerNode;
import dev.leat.scheduler.WorkerReport;
import dev.leat.scheduler.Workers;
import dev.leat.scheduler.http.LocalWorker;
import dev.leat.scheduler.http.PeerServer;
import dev.leat.scheduler.http.PeerServerConfig;
import dev.leat.scheduler.http.Peers;
import dev.leat.scheduler.jdbi.JdbiAssignmentStore;
import dev.leat.store.ChangeFeed;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** How calls go between this node and the others of its cluster. */
final class ClusterCalls implements Workers {
  /** For answers that are on their way to other nodes. */
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);

  private final NodeConfig config;
  private final Membership membership;
  private final EventLoops loops;
  private final RoutingTable routes;
  private final ChangeFeed changes;
  private final Tracing tracing;
  private final AssignmentTable assignments;
  private final OwnWorker own;
  private final OwnReport report;
  private final Planner planner;

  private @Nullable PeerServer server;
  private volatile @Nullable Peers peers;
  private volatile Known known;

  /**
   * The workers of others, and those with this node's own.
   *
   * @param all the same list until a worker comes or goes
   */
  private record Known(List<WorkerNode> others, List<WorkerNode> all) {}

  /**
   * @param isReady whether this node takes new calls
   * @param tracing keeps the spans of calls to others
   */
  ClusterCalls(
      NodeConfig config,
      Membership membership,
      DataSource source,
      EventLoops loops,
      WorkerParts running,
      RoutingTable routes,
      ChangeFeed changes,
      BooleanSupplier isReady,
      Tracing tracing) {
    this.config = config;
    this.membership = membership;
    this.loops = loops;
    this.routes = routes;
    this.changes = changes;
    this.tracing = tracing;
    AssignmentStore store = new JdbiAssignmentStore(source, membership.leases);
    this.assignments =
        new AssignmentTable(
            store, membership.place.name(), version -> prepareIfKnown(version, running::prewarm));
    boolean isWorker = config.has(NodeRole.WORKER);
    this.own =
        new OwnWorker(
            membership.place.name(),
            running.calls,
            config.worker().guestThreads(),
            loops.count,
            () -> isWorker && isReady.getAsBoolean(),
            running.worker::isWarm);
    this.report = new OwnReport(own, running.worker);
    this.known = new Known(List.of(), withOwn(List.of()));
    this.planner =
        new Planner(
            membership.leases,
            membership.place.name() + "#" + UUID.randomUUID(),
            membership.directory,
            this::reports,
            new RoutedVersions(routes),
            store,
            changes,
            System::nanoTime);
  }

  private void prepareIfKnown(VersionRef ref, Consumer<FunctionVersion> prepare) {
    FunctionVersion version = routes.find(ref);
    if (version != null) {
      prepare.accept(version);
    }
  }

  /** Which workers keep which versions, to be kept up to date by the feed of changes. */
  AssignmentTable assignments() {
    return assignments;
  }

  /** Listens for other nodes, and begins to connect to them. */
  void start() throws IOException {
    NodeIdentity identity =
        new NodeCertificates(
            membership.authority(), membership.place.name(), InstantSource.system());
    PeerServer listening =
        new PeerServer(
            loops.vertx,
            PeerServerConfig.on(membership.place.host(), membership.place.port(), loops.count),
            identity,
            membership.directory,
            new LocalWorker(own, report, routes::find, changes::catchUp));
    server = listening;
    listening.start();
    membership.directory.sayClusterPort(listening.port());
    Peers connecting =
        new Peers(
            loops.vertx,
            membership.directory,
            identity,
            loops.count,
            config.has(NodeRole.SCHEDULER),
            tracing);
    peers = connecting;
    connecting.start();
  }

  void stop() {
    Peers connected = peers;
    if (connected != null) {
      connected.close();
    }
    if (server != null) {
      server.stop(ANSWER_PATIENCE);
    }
  }

  void startPlanning() {
    if (config.has(NodeRole.SCHEDULER)) {
      planner.start();
    }
  }

  void stopPlanning() {
    planner.close();
  }

  boolean answers(Member member) {
    Peers connected = peers;
    return connected != null && connected.answers(member);
  }

  /**
   * Waits for the calls that run here, other nodes' too; this node takes no new ones.
   *
   * @return whether all ended in time
   */
  boolean drain(Duration patience) {
    return own.drain(patience);
  }

  @Override
  @SuppressWarnings(
      "ReferenceEquality") // the same list until something changes; asked for each call
  public List<WorkerNode> all() {
    Peers connected = peers;
    List<WorkerNode> others = connected == null ? List.of() : connected.all();
    Known now = known;
    if (now.others != others) {
      now = new Known(others, withOwn(others));
      known = now;
    }
    return now.all;
  }

  private List<WorkerNode> withOwn(List<WorkerNode> others) {
    if (!config.has(NodeRole.WORKER)) {
      return others;
    }
    return Stream.concat(Stream.of(own), others.stream()).toList();
  }

  private Map<String, WorkerReport> reports() {
    Peers connected = peers;
    Map<String, WorkerReport> reports =
        new HashMap<>(connected == null ? Map.of() : connected.reports());
    if (config.has(NodeRole.WORKER)) {
      reports.put(membership.place.name(), report.get());
    }
    return reports;
  }

  /** All nodes, as operators are shown them. */
  List<MemberReply> members() {
    Map<String, WorkerReport> reports = reports();
    return membership.directory.all().stream()
        .map(member -> reply(member, reports.get(member.name())))
        .toList();
  }

  private static MemberReply reply(Member member, @Nullable WorkerReport report) {
    return new MemberReply(
        member.name(),
        member.roles().stream().sorted().map(NodeRole::word).toList(),
        member.address(),
        member.clusterHost() + ":" + member.clusterPort(),
        member.state().word(),
        member.version(),
        report == null ? 0 : report.load().inFlight(),
        report == null ? 0 : report.load().capacity(),
        member.skew().toMillis());
  }
}
