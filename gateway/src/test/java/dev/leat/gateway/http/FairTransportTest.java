package dev.leat.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.testkit.Eventually;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FairTransportTest {
  private static final String SHORT_REQUEST = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

  /** Some 50 KB, which a socket takes while nobody reads, and Netty would read at once. */
  private static final int PIPELINED = 1_700;

  private final Vertx vertx =
      Vertx.builder()
          .with(new VertxOptions().setEventLoopPoolSize(1))
          .withTransport(new FairTransport())
          .build();

  @AfterEach
  void close() throws Exception {
    vertx.close().await(30, TimeUnit.SECONDS);
  }

  @Test
  void read_ofFullConnections_takesTurns() throws Exception {
    Context loop = vertx.getOrCreateContext();
    List<SocketAddress> served = new CopyOnWriteArrayList<>();
    int port = listen(loop, served);
    try (Socket one = connect(port);
        Socket other = connect(port)) {
      served.clear();
      CountDownLatch arrived = block(loop);

      send(one, SHORT_REQUEST.repeat(PIPELINED));
      send(other, SHORT_REQUEST.repeat(PIPELINED));
      arrived.countDown();

      Eventually.holds("all are served", () -> served.size() == 2 * PIPELINED);
      assertThat(served.stream().takeWhile(served.getFirst()::equals))
          .as("requests of the first before any of the other")
          .hasSizeLessThanOrEqualTo(FairTransport.BYTES_IN_TURN / SHORT_REQUEST.length() + 1);
    }
  }

  private int listen(Context loop, List<SocketAddress> served) throws Exception {
    CompletableFuture<HttpServer> listening = new CompletableFuture<>();
    loop.runOnContext(here ->
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setPerFrameWebSocketCompressionSupported(false)
                    .setPerMessageWebSocketCompressionSupported(false))
            .requestHandler(request -> {
              served.add(request.remoteAddress());
              var unused = request.response().end();
            })
            .listen(0, "127.0.0.1")
            .onComplete(listening::complete, listening::completeExceptionally));
    return listening.get(30, TimeUnit.SECONDS).actualPort();
  }

  /** A connection that the event loop knows. */
  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    send(socket, SHORT_REQUEST);
    socket.getInputStream().read();
    return socket;
  }

  private static void send(Socket socket, String requests) throws IOException {
    socket.getOutputStream().write(requests.getBytes(StandardCharsets.US_ASCII));
  }

  /** Keeps the event loop from reading until the latch is counted down. */
  private static CountDownLatch block(Context loop) throws InterruptedException {
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch arrived = new CountDownLatch(1);
    loop.runOnContext(here -> {
      blocked.countDown();
      try {
        arrived.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    blocked.await();
    return arrived;
  }
}
