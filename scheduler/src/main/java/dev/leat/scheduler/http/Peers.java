package dev.leat.scheduler.http;

import dev.leat.cluster.Member;
import dev.leat.cluster.Members;
import dev.leat.cluster.NodeIdentity;
import dev.leat.contract.NodeRole;
import dev.leat.contract.trace.Tracing;
import dev.leat.scheduler.WorkerNode;
import dev.leat.scheduler.WorkerReport;
import dev.leat.scheduler.Workers;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of other nodes, as the directory of members has them. Connections to all are open
 * ahead of the first call.
 */
public final class Peers implements Workers {
  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

  /**
   * Connections to a node at the most, each of an event loop of its own. More would save a call of
   * a large machine a change of threads, and cost all machines connections.
   */
  public static final int LINES_MAX = 4;

  private static final long START_SECONDS = 30;

  /** To connect, a handshake, and a round trip. */
  private static final Duration ANSWER_PATIENCE = Wire.HANDSHAKE.plusSeconds(2);

  private final Vertx vertx;
  private final Members members;
  private final NodeIdentity identity;
  private final int lines;
  private final boolean withDemands;
  private final Tracing tracing;
  private final HttpClientAgent client;
  private final List<PeerLoop> loops = new CopyOnWriteArrayList<>();
  private final Map<String, RemoteWorker> workers = new HashMap<>();
  private boolean isClosed;
  private volatile List<WorkerNode> all = List.of();

  /**
   * @param eventLoops how many there are
   * @param withDemands whether reports say what is asked for most, for those who plan
   * @param tracing keeps the spans of calls
   */
  public Peers(
      Vertx vertx,
      Members members,
      NodeIdentity identity,
      int eventLoops,
      boolean withDemands,
      Tracing tracing) {
    this.vertx = vertx;
    this.members = members;
    this.identity = identity;
    this.lines = Math.min(eventLoops, LINES_MAX);
    this.withDemands = withDemands;
    this.tracing = tracing;
    this.client = vertx.createHttpClient(options(identity));
  }

  static HttpClientOptions options(NodeIdentity identity) {
    return new HttpClientOptions()
        .setProtocolVersion(HttpVersion.HTTP_2)
        .setSsl(true)
        .setSslEngineOptions(new PeerTls())
        .setUseAlpn(true)
        .setAlpnVersions(Wire.VERSIONS)
        .setEnabledSecureTransportProtocols(Wire.TLS)
        .setSslHandshakeTimeout(Wire.HANDSHAKE.toMillis())
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
        .setKeyCertOptions(KeyCertOptions.wrap(identity.keys()))
        .setTrustOptions(TrustOptions.wrap(identity.trust()))
        .setInitialSettings(
            new Http2Settings().setInitialWindowSize(Wire.WINDOW_BYTES).setPushEnabled(false))
        .setHttp2ConnectionWindowSize(Wire.CONNECTION_WINDOW_BYTES)
        .setHttp2KeepAliveTimeout(0)
        .setTcpNoDelay(true);
  }

  /** Begins to follow the members. */
  public void start() throws IOException {
    try {
      vertx
          .deployVerticle(
              () -> {
                PeerLoop loop = new PeerLoop(client, identity, withDemands);
                loops.add(loop);
                return loop;
              },
              new DeploymentOptions().setInstances(lines))
          .await(START_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException("The event loops did not answer for " + START_SECONDS + " s", e);
    }
    members.onChange(this::changed);
    changed(members.all());
  }

  /** Ends all calls, and closes all connections. */
  public synchronized void close() {
    isClosed = true;
    workers.values().forEach(worker -> worker.close("this node stops"));
    workers.clear();
    all = List.of();
    var unused = client.close();
  }

  @Override
  public List<WorkerNode> all() {
    return all;
  }

  /** What each worker that is there said last, by the names of nodes. */
  public Map<String, WorkerReport> reports() {
    Map<String, WorkerReport> reports = new HashMap<>();
    for (WorkerNode node : all) {
      if (node instanceof RemoteWorker worker) {
        worker.report().ifPresent(report -> reports.put(worker.node(), report));
      }
    }
    return reports;
  }

  /**
   * Whether a node answers, of that name and in this node's format; it need not know this one yet.
   * Blocks for a few seconds at the most; not on an event loop.
   */
  public boolean answers(Member member) {
    try {
      About about = about(member).await(ANSWER_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (about.format() != Wire.FORMAT) {
        LOG.warn(
            "Another node speaks another format node={} format={}", member.name(), about.format());
      }
      return about.format() == Wire.FORMAT && about.node().equals(member.name());
    } catch (Exception e) { // await throws whatever the connection failed with
      LOG.debug("A node does not answer node={} {}", member.name(), e.toString());
      return false;
    }
  }

  private Future<About> about(Member member) {
    return PeerLoop.connect(client, identity, member)
        .compose(connection ->
            connection
                .request(HttpMethod.GET, Wire.ABOUT)
                .compose(request -> {
                  request.exceptionHandler(failure -> {}); // the response fails with it
                  return request.send();
                })
                .compose(Peers::about)
                .eventually(connection::close));
  }

  private static Future<About> about(HttpClientResponse response) {
    Promise<About> about = Promise.promise();
    Buffer text = Buffer.buffer();
    response
        .handler(piece -> {
          if (text.length() + piece.length() <= About.BYTES_MAX) {
            text.appendBuffer(piece);
          }
        })
        .exceptionHandler(about::tryFail)
        .endHandler(end -> about.handle(read(text.toString())));
    return about.future();
  }

  private static Future<About> read(String text) {
    try {
      return Future.succeededFuture(About.read(text));
    } catch (IllegalArgumentException e) {
      return Future.failedFuture(e);
    }
  }

  private synchronized void changed(List<Member> now) {
    if (isClosed) {
      return;
    }
    Map<String, Member> wanted = new HashMap<>();
    for (Member member : now) {
      if (member.roles().contains(NodeRole.WORKER)
          && !member.name().equals(members.self().name())) {
        wanted.put(member.name(), member);
      }
    }
    List<RemoteWorker> before = List.copyOf(workers.values());
    before.stream()
        .filter(worker -> !isSame(worker.member(), wanted.get(worker.node())))
        .forEach(this::forget);
    wanted.values().forEach(this::follow);
    if (!before.equals(List.copyOf(workers.values()))) {
      all = new ArrayList<WorkerNode>(workers.values()).stream().toList();
    }
  }

  private static boolean isSame(Member one, @Nullable Member other) {
    return other != null
        && one.incarnation() == other.incarnation()
        && one.clusterHost().equals(other.clusterHost())
        && one.clusterPort() == other.clusterPort();
  }

  private void forget(RemoteWorker worker) {
    LOG.info(
        "A worker is gone node={} incarnation={}", worker.node(), worker.member().incarnation());
    workers.remove(worker.node());
    worker.close("it is gone");
  }

  private void follow(Member member) {
    RemoteWorker known = workers.get(member.name());
    if (known != null) {
      known.state(member.state());
      return;
    }
    LOG.info("Found a worker node={} incarnation={}", member.name(), member.incarnation());
    RemoteWorker worker = new RemoteWorker(member, loops, tracing);
    workers.put(member.name(), worker);
    worker.start();
  }
}
