package dev.leat.scheduler.http;

import dev.leat.cluster.Member;
import dev.leat.cluster.Members;
import dev.leat.cluster.NodeIdentity;
import dev.leat.contract.Excerpt;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what other nodes ask of this one: HTTP/2 on the cluster's port, and nothing without a
 * certificate of the cluster's authority. Each request's node must also be a member, but to ask who
 * this node is: one that joins is not known yet.
 */
public final class PeerServer {
  private static final Logger LOG = LoggerFactory.getLogger(PeerServer.class);

  private static final long START_SECONDS = 30;
  private static final Duration REPORT_FAILURES_EVERY = Duration.ofMinutes(1);

  /** Nodes ask for a report four times a second: whoever is silent for so long is gone. */
  private static final int IDLE_SECONDS = 30;

  /** Streams that a node may give up in a window. Nodes do so only where nothing else helps. */
  private static final int RESETS_MAX = 2 * Wire.STREAMS_MAX;

  private static final int RESETS_WINDOW_SECONDS = 10;

  /** The header fields of a request: none but what HTTP/2 needs, and the format's number. */
  private static final int FIELDS_BYTES_MAX = 4_096;

  private final Vertx vertx;
  private final PeerServerConfig config;
  private final NodeIdentity identity;
  private final Members members;
  private final LocalWorker local;
  private final HeldBytes held;
  private final String format = Integer.toString(Wire.FORMAT);
  private final Queue<HttpServer> servers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger port = new AtomicInteger();
  private final AtomicLong reportedNanos =
      new AtomicLong(System.nanoTime() - REPORT_FAILURES_EVERY.toNanos());
  private volatile Set<String> names = Set.of();

  public PeerServer(
      Vertx vertx,
      PeerServerConfig config,
      NodeIdentity identity,
      Members members,
      LocalWorker local) {
    this.vertx = vertx;
    this.config = config;
    this.identity = identity;
    this.members = members;
    this.local = local;
    this.held = new HeldBytes(config.heldBytesMax());
  }

  /**
   * Listens; returns when it does.
   *
   * @throws IOException if the address cannot be listened on
   */
  public void start() throws IOException {
    members.onChange(this::changed);
    changed(members.all());
    try {
      vertx
          .deployVerticle(
              () -> new ServerLoop(this), new DeploymentOptions().setInstances(config.eventLoops()))
          .await(START_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException("Listening took longer than " + START_SECONDS + " s", e);
    } catch (Exception e) {
      throw new IOException(
          "Cannot listen on %s:%d for other nodes: %s. Choose another --cluster-port, or stop what listens there."
              .formatted(config.host(), config.port(), e.getMessage()),
          e);
    }
  }

  /** Takes no more calls, lets those that it has be answered for so long, then closes the rest. */
  public void stop(Duration patience) {
    List<Future<Void>> stopping =
        servers.stream()
            .map(server -> server.shutdown(patience.toMillis(), TimeUnit.MILLISECONDS))
            .toList();
    servers.clear();
    try {
      Future.join(stopping).await(patience.toMillis() + 1_000, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | RuntimeException e) {
      LOG.warn("The server for other nodes did not stop in order", e);
    }
  }

  /** The port that is listened on. */
  public int port() {
    return port.get();
  }

  /** The bytes of other nodes' calls that are held now. */
  public long heldBytes() {
    return held.held();
  }

  HttpServerOptions options() {
    return new HttpServerOptions()
        .setHost(config.host())
        // A negative port is one free port for all loops; 0 would be one for each, and -1 is the
        // gateway's.
        .setPort(config.port() == 0 ? -2 : config.port())
        .setSsl(true)
        .setSslEngineOptions(new PeerTls())
        .setKeyCertOptions(KeyCertOptions.wrap(identity.keys()))
        .setTrustOptions(TrustOptions.wrap(identity.trust()))
        .setClientAuth(ClientAuth.REQUIRED)
        .setEnabledSecureTransportProtocols(Wire.TLS)
        .setSslHandshakeTimeout(Wire.HANDSHAKE.toMillis())
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
        .setUseAlpn(true)
        .setAlpnVersions(Wire.VERSIONS)
        .setHttp2ClearTextEnabled(false)
        .setInitialSettings(
            new Http2Settings()
                .setMaxConcurrentStreams(Wire.STREAMS_MAX)
                .setInitialWindowSize(Wire.WINDOW_BYTES)
                .setMaxHeaderListSize(FIELDS_BYTES_MAX)
                .setPushEnabled(false))
        .setHttp2ConnectionWindowSize(Wire.CONNECTION_WINDOW_BYTES)
        .setHttp2RstFloodMaxRstFramePerWindow(RESETS_MAX)
        .setHttp2RstFloodWindowDuration(RESETS_WINDOW_SECONDS)
        .setHttp2RstFloodWindowDurationTimeUnit(TimeUnit.SECONDS)
        .setIdleTimeout(IDLE_SECONDS)
        .setTcpNoDelay(true)
        .setReusePort(false)
        .setCompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false);
  }

  void listens(HttpServer server) {
    port.set(server.actualPort());
    servers.add(server);
  }

  /** A connection failed, perhaps a stranger's, who could cause any number of them. */
  void failed(Throwable failure) {
    LOG.debug("A connection of another node failed: {}", Excerpt.of(failure.toString()));
    long last = reportedNanos.get();
    long now = System.nanoTime();
    if (now - last >= REPORT_FAILURES_EVERY.toNanos() && reportedNanos.compareAndSet(last, now)) {
      LOG.warn(
          "Connections to the cluster's port fail; said once a minute last={}", failure.toString());
    }
  }

  private void changed(List<Member> all) {
    names = all.stream().map(Member::name).collect(Collectors.toUnmodifiableSet());
  }

  /** Whatever its state: it may be well, and only the database not see it. */
  boolean isMember(String node) {
    return names.contains(node);
  }

  NodeIdentity identity() {
    return identity;
  }

  About about() {
    return About.of(members.self());
  }

  LocalWorker local() {
    return local;
  }

  HeldBytes held() {
    return held;
  }

  String format() {
    return format;
  }

  String node() {
    return members.self().name();
  }
}
