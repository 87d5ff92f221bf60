package dev.leat.scheduler.http;

import dev.leat.cluster.Member;
import dev.leat.cluster.NodeIdentity;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;

/** One event loop's lines to other nodes, and the timer that looks after them. */
final class PeerLoop extends AbstractVerticle {
  /** Half the time between reports, so that each comes at its time. */
  static final Duration LOOK_EVERY = Link.REPORT_EVERY.dividedBy(2);

  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(1);

  private static final long NONE = -1;

  private final HttpClientAgent client;
  private final NodeIdentity identity;
  private final boolean withDemands;
  private final String format = Integer.toString(Wire.FORMAT);
  private final Set<Line> lines = new LinkedHashSet<>();
  private volatile long thread = NONE;

  PeerLoop(HttpClientAgent client, NodeIdentity identity, boolean withDemands) {
    this.client = client;
    this.identity = identity;
    this.withDemands = withDemands;
  }

  @Override
  public void start() {
    thread = Thread.currentThread().threadId();
    vertx.setPeriodic(LOOK_EVERY.toMillis(), timer -> look());
  }

  private void look() {
    long now = System.nanoTime();
    List.copyOf(lines).forEach(line -> line.look(now));
  }

  void add(Line line) {
    lines.add(line);
  }

  void remove(Line line) {
    lines.remove(line);
  }

  /** On the loop. */
  Future<HttpClientConnection> connect(Member member) {
    return connect(client, identity, member);
  }

  /** Asks for the node by its name, whatever its address. */
  static Future<HttpClientConnection> connect(
      HttpClientAgent client, NodeIdentity identity, Member member) {
    return client
        .connect(
            new HttpConnectOptions()
                .setServer(
                    SocketAddress.inetSocketAddress(member.clusterPort(), member.clusterHost()))
                .setHost(NodeIdentity.hostOf(member.name()))
                .setPort(member.clusterPort())
                .setConnectTimeout(CONNECT_PATIENCE.toMillis()))
        .compose(connection -> {
          if (isNow(connection, identity, member)) {
            return Future.succeededFuture(connection);
          }
          var unused = connection.close();
          return Future.failedFuture("Its certificate is not valid any more");
        });
  }

  private static boolean isNow(
      HttpClientConnection connection, NodeIdentity identity, Member member) {
    try {
      return identity
          .nodeNow(connection.peerCertificates())
          .filter(member.name()::equals)
          .isPresent();
    } catch (SSLPeerUnverifiedException e) {
      return false;
    }
  }

  String reportPath() {
    return withDemands ? Wire.REPORT_WITH_DEMANDS : Wire.REPORT;
  }

  String format() {
    return format;
  }

  /** Whether the caller is on this loop. */
  boolean isHere() {
    return Thread.currentThread().threadId() == thread;
  }

  /** Does this on the loop: now, if it is called there. */
  void run(Runnable work) {
    if (isHere()) {
      work.run();
    } else {
      context.runOnContext(turn -> work.run());
    }
  }
}
