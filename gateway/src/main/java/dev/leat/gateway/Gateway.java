package dev.leat.gateway;

import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.control.ControlPlane;
import dev.leat.gateway.http.ConnectionCounts;
import dev.leat.gateway.http.Connections;
import dev.leat.gateway.http.LoopLag;
import dev.leat.gateway.http.Problems;
import dev.leat.gateway.http.RequestIds;
import dev.leat.gateway.invocation.InvocationPipeline;
import dev.leat.gateway.pipeline.Requests;
import io.netty.channel.Channel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for HTTP on a number of event loops and hands each request to its plane. */
public final class Gateway {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private static final int START_SECONDS = 30;
  private static final long POLL_NANOS = 1_000_000;

  /** For a last answer: longer than any function may run; {@link #stop} ends it sooner. */
  private static final int LAST_ANSWER_HOURS = 1;

  private final GatewayConfig config;
  private final Vertx vertx;
  private final InvocationPipeline pipeline;
  private final ControlPlane control;
  private final ConnectionCounts counts;
  private final Requests requests;
  private final LongConsumer loopLag;
  private final AtomicInteger port = new AtomicInteger();
  private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
  private volatile boolean isLeaving;
  private volatile boolean isClosed;

  /** The port itself, known from the first connection on. */
  private volatile @Nullable Channel listening;

  /**
   * @param counts of clients' connections
   * @param requests told of the end of each
   * @param loopLag told by each event loop, time and again, by how many nanoseconds it is behind
   */
  public Gateway(
      GatewayConfig config,
      Vertx vertx,
      InvocationPipeline pipeline,
      ControlPlane control,
      ConnectionCounts counts,
      Requests requests,
      LongConsumer loopLag) {
    this.config = config;
    this.vertx = vertx;
    this.pipeline = pipeline;
    this.control = control;
    this.counts = counts;
    this.requests = requests;
    this.loopLag = loopLag;
  }

  /** Begins what takes long of a start, beside what other parts do. Never blocks. */
  public void prepare() {
    control.prepare();
  }

  /**
   * Listens; returns when it does.
   *
   * @throws IOException if the address cannot be listened on
   */
  public void start() throws IOException {
    control.start();
    try {
      vertx
          .deployVerticle(Loop::new, new DeploymentOptions().setInstances(config.eventLoops()))
          .await(START_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException("Listening took longer than " + START_SECONDS + " s", e);
    } catch (Exception e) {
      throw new IOException(
          "Cannot listen on %s:%d: %s. Choose another --port or --host, or stop what listens there."
              .formatted(config.host(), config.port(), e.getMessage()),
          e);
    }
  }

  /**
   * Serves on, and with each answer asks the client to open its next connection elsewhere, and
   * closes this one (RFC 9112, 9.6).
   */
  public void leave() {
    isLeaving = true;
  }

  /**
   * Takes no new connections, and serves on those that are open, until all have had their last
   * answer or this time is over. Whatever is sent on a connection that is closed meanwhile is lost
   * for its sender, who cannot know whether it ran; so what is open is asked to leave before
   * anything is closed, and nothing new comes while it does.
   */
  public void listenNoMore(Duration patience) {
    isClosed = true;
    closePort(); // before clients are asked to leave, who would come again by it
    isLeaving = true;
    long deadline = System.nanoTime() + patience.toNanos();
    while (counts.open() > 0 && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private void closePort() {
    Channel known = listening;
    if (known != null) {
      var unused = known.close();
    }
  }

  /** Lets requests in progress be answered for so long, then closes all connections. */
  public void stop(Duration patience) {
    List<Future<Void>> stopping =
        servers.stream()
            .map(server -> server.shutdown(patience.toMillis(), TimeUnit.MILLISECONDS))
            .toList();
    servers.clear();
    try {
      Future.join(stopping).await(patience.toMillis() + 1_000, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | RuntimeException e) {
      LOG.warn("The HTTP server did not stop in order", e);
    }
  }

  /** The port that is listened on. */
  public int port() {
    return port.get();
  }

  private HttpServerOptions options() {
    return new HttpServerOptions()
        .setHost(config.host())
        // A negative port is one free port for all loops; 0 would be one for each.
        .setPort(config.port() == 0 ? -1 : config.port())
        .setMaxInitialLineLength(GatewayConfig.REQUEST_LINE_MAX)
        .setMaxHeaderSize(GatewayConfig.HEADERS_MAX)
        // An upgrade would hide from the next proxy what passes, and HTTP/2 has bodies without a
        // length, which nothing here knows.
        .setHttp2ClearTextEnabled(false)
        .setTcpNoDelay(true)
        .setReusePort(false)
        .setCompressionSupported(false)
        // There are no WebSockets; their handlers would look at each request and response.
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        // A body is asked for when it is read: not before the request was let in.
        .setHandle100ContinueAutomatically(false);
  }

  /** The control plane says of all that is not on this node that it is not. */
  private boolean isInvocation(HttpServerRequest request) {
    return config.isGateway() && InvocationPipeline.isFor(request);
  }

  /** Vert.x closes a port together with its connections; so the port is held on to apart. */
  private void cameBy(HttpConnection connection) {
    if (listening == null && connection instanceof HttpServerConnection client) {
      listening = client.channelHandlerContext().channel().parent();
    }
    if (isClosed) {
      closePort();
    }
  }

  /** Closes the connection when the request has been answered. */
  private static void lastAnswer(HttpServerRequest request) {
    request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    var unused = request.connection().shutdown(LAST_ANSWER_HOURS, TimeUnit.HOURS);
  }

  private void refuseMalformed(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    Problem problem;
    if (cause instanceof TooLongHttpHeaderException) {
      problem =
          Problem.of(
              ProblemCode.HEADERS_TOO_LARGE,
              "All header fields together may have %d bytes.".formatted(GatewayConfig.HEADERS_MAX));
    } else if (cause instanceof TooLongFrameException) {
      problem =
          Problem.of(
              ProblemCode.INVALID_REQUEST,
              "The request line may have %d bytes.".formatted(GatewayConfig.REQUEST_LINE_MAX));
    } else {
      problem = Problem.of(ProblemCode.INVALID_REQUEST, "The request is not well-formed HTTP.");
    }
    request.response().putHeader("connection", "close");
    requests.count(Requests.Kind.MALFORMED, problem.code().status());
    Problems.write(request.response(), problem, RequestIds.of(null), "");
    var unused = request.connection().close();
  }

  /** One event loop's server; connections are spread over all of them. */
  private final class Loop extends AbstractVerticle {
    @Override
    public void start(Promise<Void> started) {
      Connections connections = new Connections(config.connections(), counts, System::nanoTime);
      LoopLag lag = new LoopLag(Connections.LOOK_EVERY_MILLIS, System.nanoTime(), loopLag);
      vertx.setPeriodic(
          Connections.LOOK_EVERY_MILLIS,
          time -> {
            lag.tick(System.nanoTime());
            connections.look();
          });
      Handler<HttpServerRequest> invocations = pipeline.on(context, connections, requests);
      Handler<HttpServerRequest> operations = control.on(context, connections, requests);
      HttpServer server = vertx.createHttpServer(options());
      server
          .connectionHandler(connection -> {
            connections.opened(connection);
            cameBy(connection);
          })
          .requestHandler(request -> {
            if (isLeaving) {
              lastAnswer(request);
            }
            (isInvocation(request) ? invocations : operations).handle(request);
          })
          .invalidRequestHandler(Gateway.this::refuseMalformed)
          .exceptionHandler(failure -> LOG.debug("A connection failed: {}", failure.toString()));
      server
          .listen()
          .onSuccess(listening -> {
            port.set(listening.actualPort());
            servers.add(listening);
          })
          .<Void>mapEmpty()
          .onComplete(started);
    }
  }
}
