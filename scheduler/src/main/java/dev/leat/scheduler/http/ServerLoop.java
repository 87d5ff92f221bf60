package dev.leat.scheduler.http;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One event loop's part of the server: the connections that it has, and their calls. */
final class ServerLoop extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(ServerLoop.class);

  /** After this time a call's node is told that it waits: quick ones cost no such word. */
  static final Duration TOLD_AFTER = Duration.ofMillis(5);

  private static final Duration LOOK_EVERY = Duration.ofMillis(250);

  private static final long NONE = -1;
  private static final int OK = 200;
  private static final int NO_CONTENT = 204;
  private static final int BAD_REQUEST = 400;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int NO_ERROR = 0; // RFC 9113, 7

  private final PeerServer server;
  private final Map<HttpConnection, ServedPeer> peers = new IdentityHashMap<>();
  private volatile long thread = NONE;

  /** Those that came in this turn of the loop. */
  private List<ServedCall> came = new ArrayList<>();

  /** Those whose nodes were not told yet that they wait, as they came. */
  private final Deque<ServedCall> untold = new ArrayDeque<>();

  private List<ServedCall> unknown = new ArrayList<>();
  private boolean isCatchingUp;

  ServerLoop(PeerServer server) {
    this.server = server;
  }

  @Override
  public void start(Promise<Void> started) {
    thread = Thread.currentThread().threadId();
    vertx.setPeriodic(LOOK_EVERY.toMillis(), timer -> look());
    HttpServer listening = vertx.createHttpServer(server.options());
    listening
        .connectionHandler(this::opened)
        .requestHandler(this::handle)
        .exceptionHandler(server::failed)
        .listen()
        .onSuccess(server::listens)
        .<Void>mapEmpty()
        .onComplete(started);
  }

  private void opened(HttpConnection connection) {
    Optional<String> node = nodeOf(connection);
    if (node.isEmpty()) {
      var unused = connection.close();
      return;
    }
    ServedPeer peer = new ServedPeer(node.get(), connection);
    peers.put(connection, peer);
    connection.closeHandler(closed -> {
      peers.remove(connection);
      peer.gone();
    });
  }

  private Optional<String> nodeOf(HttpConnection connection) {
    try {
      return server.identity().nodeNow(connection.peerCertificates());
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  private void handle(HttpServerRequest request) {
    ServedPeer peer = peers.get(request.connection());
    if (peer == null || request.version() != HttpVersion.HTTP_2) {
      var unused = request.connection().close();
      return;
    }
    String path = request.path();
    if (HttpMethod.GET.equals(request.method()) && Wire.ABOUT.equals(path)) {
      respond(request, OK, server.about().text());
    } else if (!server.isMember(peer.node)) {
      refuse(request, FORBIDDEN, "Node '" + peer.node + "' is not known as a member");
    } else if (!server.format().equals(request.getHeader(Wire.FORMAT_FIELD))) {
      refuse(request, BAD_REQUEST, "This node speaks wire format " + server.format() + " alone");
    } else if (HttpMethod.POST.equals(request.method())) {
      post(request, path, peer);
    } else if (HttpMethod.GET.equals(request.method())) {
      report(request, path);
    } else {
      refuse(request, NOT_FOUND, "Nodes do not ask that");
    }
  }

  private void post(HttpServerRequest request, String path, ServedPeer peer) {
    if (path.equals(Wire.INVOKE)) {
      new ServedCall(this, peer, request).start();
    } else if (path.startsWith(Wire.GRANT)) {
      about(request, path.substring(Wire.GRANT.length()), peer, ServedCall::grant);
    } else if (path.startsWith(Wire.CANCEL)) {
      about(request, path.substring(Wire.CANCEL.length()), peer, ServedCall::cancel);
    } else {
      refuse(request, NOT_FOUND, "Nodes do not ask that");
    }
  }

  /** A word about one of its calls; one that has ended needs it no more. */
  private void about(
      HttpServerRequest request, String number, ServedPeer peer, Consumer<ServedCall> word) {
    try {
      ServedCall call = peer.calls.get(Long.parseLong(number));
      if (call != null) {
        word.accept(call);
      }
      respond(request, NO_CONTENT, "");
    } catch (NumberFormatException e) {
      refuse(request, BAD_REQUEST, "A call is named by its number");
    }
  }

  private void report(HttpServerRequest request, String path) {
    if (!path.equals(Wire.REPORT) && !path.equals(Wire.REPORT_WITH_DEMANDS)) {
      refuse(request, NOT_FOUND, "Nodes do not ask that");
      return;
    }
    boolean withDemands = path.equals(Wire.REPORT_WITH_DEMANDS);
    var unused = request.response().end(ReportForm.write(local().report().get(), withDemands));
  }

  void refuse(HttpServerRequest request, int status, String words) {
    LOG.debug("Refused what another node sent status={} words={}", status, words);
    respond(request, status, words);
  }

  private static void respond(HttpServerRequest request, int status, String text) {
    HttpServerResponse response = request.response();
    response
        .setStatusCode(status)
        .end(text)
        .onSuccess(written -> {
          if (!request.isEnded()) {
            var unused = response.reset(NO_ERROR); // RFC 9113, 8.1
          }
        });
  }

  /** A call is whole. Those that came in one turn of the loop are handed over together. */
  void arrived(ServedCall call) {
    came.add(call);
    if (came.size() == 1) {
      context.runOnContext(turn -> handOver());
    }
    untold.add(call);
    if (untold.size() == 1) {
      vertx.setTimer(TOLD_AFTER.toMillis(), timer -> tell());
    }
  }

  private void handOver() {
    List<ServedCall> these = came;
    came = new ArrayList<>();
    local().worker().together(() -> these.forEach(ServedCall::invoke));
  }

  private void tell() {
    long now = System.nanoTime();
    for (ServedCall call = untold.peek();
        call != null && now - call.arrivedNanos() >= TOLD_AFTER.toNanos();
        call = untold.peek()) {
      untold.remove();
      call.tellIfWaiting();
    }
    if (!untold.isEmpty()) {
      vertx.setTimer(TOLD_AFTER.toMillis(), timer -> tell());
    }
  }

  /** Has this node learn of new versions, once for all that ask meanwhile. */
  void catchUpFor(ServedCall call) {
    unknown.add(call);
    if (!isCatchingUp) {
      catchUp();
    }
  }

  private void catchUp() {
    isCatchingUp = true;
    List<ServedCall> these = unknown;
    unknown = new ArrayList<>(); // who comes later is not helped by a look that has begun
    Thread.ofVirtual()
        .name("catching-up")
        .start(() -> {
          try {
            boolean unused = local().catchUp().getAsBoolean();
          } catch (RuntimeException e) {
            LOG.warn("Learning of new versions failed; calls to them go to other nodes", e);
          } finally {
            run(() -> caughtUp(these));
          }
        });
  }

  private void caughtUp(List<ServedCall> these) {
    isCatchingUp = false;
    these.forEach(ServedCall::caughtUp);
    if (!unknown.isEmpty()) {
      catchUp();
    }
  }

  private void look() {
    long now = System.nanoTime();
    List.copyOf(peers.values()).forEach(peer -> peer.look(server.isMember(peer.node), now));
  }

  LocalWorker local() {
    return server.local();
  }

  HeldBytes held() {
    return server.held();
  }

  String node() {
    return server.node();
  }

  /** Does this on the loop: now, if it is called there. */
  void run(Runnable work) {
    if (Thread.currentThread().threadId() == thread) {
      work.run();
    } else {
      context.runOnContext(turn -> work.run());
    }
  }
}
