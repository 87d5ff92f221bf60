package dev.leat.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Answer;
import dev.leat.contract.Problem;
import dev.leat.contract.TenantId;
import dev.leat.gateway.http.BodyMemory.Reservation;
import dev.leat.testkit.Eventually;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies over real connections; time moves only when a test says so. */
class BodyReaderTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final int MAX = 1 << 20;
  private static final String POST = "POST / HTTP/1.1\r\nHost: x\r\n";

  private final Vertx vertx = Vertx.vertx();
  private final AtomicLong nanos = new AtomicLong();
  private final BodyMemory memory = new BodyMemory(4 << 20);
  private final ConnectionCounts counts = new ConnectionCounts(5, 5);
  private Function<Reservation, BodyContent<byte[]>> content =
      reservation -> BodyContent.plain(reservation, MAX);
  private @Nullable HttpServer server;

  @BeforeEach
  void listen() {
    vertx.deployVerticle(new Loop()).await();
  }

  private final class Loop extends VerticleBase {
    @Override
    public Future<?> start() {
      Connections connections = new Connections(ConnectionLimits.DEFAULT, counts, nanos::get);
      vertx.setPeriodic(5, time -> connections.look());
      return vertx
          .createHttpServer(
              new HttpServerOptions()
                  .setHost("127.0.0.1")
                  .setPort(0)
                  .setHttp2ClearTextEnabled(false))
          .connectionHandler(connections::opened)
          .requestHandler(request -> {
            connections.begin(request);
            read(request, connections);
          })
          .listen()
          .onSuccess(ready -> server = ready);
    }
  }

  /** Answers with the body's size, or with the problem's code. */
  private void read(HttpServerRequest request, Connections connections) {
    Reservation reservation = memory.ofFunctions(ACME);
    BodyReader<byte[]> reader =
        new BodyReader<>(request, MAX, () -> "too large", content.apply(reservation), connections);
    request
        .response()
        .closeHandler(closed -> {
          reader.stop();
          reservation.close();
        });
    reader.read(answer -> {
      reservation.close();
      switch (answer) {
        case Answer.Done<byte[]>(byte[] body) -> {
          var unused = request.response().end("size=" + body.length);
        }
        case Answer.Refused<byte[]>(Problem problem) -> {
          UnreadBody.drop(request, connections);
          Problems.write(request.response(), problem, "id", "/");
        }
      }
    });
  }

  @AfterEach
  void nothingIsHeld() {
    Eventually.holds("no memory is held", () -> memory.held() == 0);
    vertx.close().await();
  }

  @Test
  void read_bodiesInAnyFraming_areWhole() throws IOException {
    assertThat(answer("GET / HTTP/1.1\r\nHost: x\r\n\r\n")).endsWith("size=0");
    assertThat(answer(POST + "Content-Length: 5\r\n\r\nhello")).endsWith("size=5");
    assertThat(answer(POST + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
        .endsWith("size=5");
    assertThat(answer(POST + "Content-Length: 700000\r\n\r\n" + "x".repeat(700_000)))
        .endsWith("size=700000");
  }

  @Test
  void read_withoutMemory_is503() throws IOException {
    Reservation other = memory.ofFunctions(ACME);
    while (other.take(10_000)) {}

    assertThat(answer(POST + "Content-Length: 700000\r\n\r\n" + "x".repeat(100_000)))
        .contains(" 503 ", "\"overloaded\"", "retry-after: 1", "connection: close");
    other.close();
  }

  @Test
  void read_contentThatFails_endsTheRequest() throws IOException {
    content = reservation -> new FailingContent();

    assertThat(answer(POST + "Content-Length: 5\r\n\r\nhello")).contains(" 500 ");
  }

  @Test
  void read_bodyThatDrips_is408AfterTheGrace() throws IOException {
    try (Socket dripping = connect()) {
      send(dripping, POST + "Content-Length: 100\r\n\r\nx");
      Eventually.holds("some memory is held", () -> memory.held() > 0);

      nanos.addAndGet(ConnectionLimits.DEFAULT.bodyGrace().toNanos() + 1_000_000_000);

      assertThat(head(dripping)).contains(" 408 ", "connection: close");
      Eventually.holds("its memory is free", () -> memory.held() == 0);
      nanos.addAndGet(3_000_000_000L);
      Eventually.holds("its connection is closed", () -> counts.open() == 0);
    }
  }

  @Test
  void connections_idleForTooLong_areClosed() throws IOException {
    try (Socket idle = connect()) {
      Eventually.holds("it is open", () -> counts.open() == 1);
      nanos.addAndGet(ConnectionLimits.DEFAULT.idle().toNanos() + 1);

      assertThat(idle.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void connections_tooManyFromAnAddress_areClosedAtOnce() throws IOException {
    Socket[] open = IntStream.range(0, 5).mapToObj(i -> connect()).toArray(Socket[]::new);
    Eventually.holds("all are open", () -> counts.open() == 5);

    try (Socket oneMore = connect()) {
      assertThat(oneMore.getInputStream().read()).isEqualTo(-1);
    }
    for (Socket socket : open) {
      socket.close();
    }
    Eventually.holds("none is open", () -> counts.open() == 0);
    assertThat(answer(POST + "Content-Length: 2\r\n\r\nhi")).endsWith("size=2");
  }

  private String answer(String request) throws IOException {
    try (Socket socket = connect()) {
      send(socket, request);
      String head = head(socket);
      int length = Integer.parseInt(head.replaceAll("(?s).*content-length: (\\d+).*", "$1"));
      return head + new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
    }
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    int next;
    while (head.indexOf("\r\n\r\n") < 0 && (next = socket.getInputStream().read()) >= 0) {
      head.append((char) next);
    }
    return head.toString();
  }

  private Socket connect() {
    try {
      Socket socket =
          new Socket(InetAddress.getLoopbackAddress(), Objects.requireNonNull(server).actualPort());
      socket.setSoTimeout(30_000);
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails as an allocation may. */
  private static final class FailingContent implements BodyContent<byte[]> {
    @Override
    public @Nullable Problem append(Buffer chunk) {
      throw new OutOfMemoryError("for the test");
    }

    @Override
    public Answer<byte[]> whole() {
      return Answer.done(new byte[0]);
    }
  }
}
