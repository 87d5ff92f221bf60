package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.node.RunningNode.Workshop;
import dev.leat.testkit.Seed;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that are no HTTP, or nearly. */
class MalformedHttpIT {
  private static final int REQUESTS = 1_000;
  private static final List<String> SEEDS =
      List.of(
          "GET /f/acme/echo HTTP/1.1\r\nHost: x\r\n\r\n",
          "POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
          "POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "5\r\nhello\r\n0\r\n\r\n",
          "POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
          "POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nhello",
          "POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\nx",
          "POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
          "POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
          "POST /v1/tenants HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              + "Content-Length: 15\r\n\r\n{\"name\":\"acme\"}",
          "GET /v1/tenants/%zz?limit=%zz HTTP/1.1\r\nHost: x\r\n\r\n",
          "GET http://x/f/acme/echo HTTP/1.1\r\nHost: x\r\n\r\n",
          "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
          "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
          "GET /f/acme/echo HTTP/1.0\r\n\r\n",
          "GET /f/acme/echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /f/acme/echo HTTP/1.1\r\nHost: x\r\n\r\nrubbish\r\n\r\n",
          "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001");

  @TempDir private static Path directory;
  private static RunningNode node;
  private static Workshop acme;

  @BeforeAll
  static void start() {
    node = RunningNode.start(directory);
    acme = node.workshop("acme");
    acme.deployPublic("echo", Guests.echo());
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void nothingIsHeld() {
    node.assertNothingHeld();
    assertThat(acme.call("POST", "echo").body("still there").send().text())
        .isEqualTo("still there");
  }

  @Test
  void mutatedRequests_leaveNothingBehind() {
    Seed seed = Seed.orElse(20_260_101L);
    Random random = seed.random();
    int threadsBefore = Thread.activeCount();

    for (int i = 0; i < REQUESTS; i++) {
      byte[] request = mutated(random);
      String response = halfClosed(request);
      assertThat(response)
          .as("request %d of %s: %s", i, seed, new String(request, StandardCharsets.ISO_8859_1))
          .doesNotContain("HTTP/1.1 500")
          .doesNotContain("internal-error");
    }

    assertThat(Thread.activeCount()).isLessThan(threadsBefore + 20);
  }

  /** What the server says, and that it closes the connection when the client does. */
  private static String halfClosed(byte[] request) {
    try (RawConnection connection = new RawConnection(node.port())) {
      try {
        connection.send(request).finish();
      } catch (UncheckedIOException e) {
        return ""; // closed before all was sent
      }
      return connection.readAll();
    }
  }

  private static byte[] mutated(Random random) {
    StringBuilder request = new StringBuilder(SEEDS.get(random.nextInt(SEEDS.size())));
    for (int n = random.nextInt(4); n > 0; n--) {
      int at = random.nextInt(request.length() + 1);
      switch (random.nextInt(8)) {
        case 0 -> request.insert(at, (char) random.nextInt(256));
        case 1 -> request.insert(at, "\0");
        case 2 -> request.insert(at, "\r\n");
        case 3 -> request.insert(at, "x".repeat(random.nextInt(40_000)));
        case 4 -> request.delete(at, Math.min(request.length(), at + random.nextInt(20)));
        case 5 -> request.setLength(at);
        case 6 -> request.insert(at, "Transfer-Encoding: chunked\r\n");
        default -> request.insert(at, SEEDS.get(random.nextInt(SEEDS.size())));
      }
      if (request.isEmpty()) {
        request.append('G');
      }
    }
    return request.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void headers_tooLarge_are431() {
    assertThat(
            exchange(
                "GET /f/acme/echo HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(40_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ")
        .contains("headers-too-large");
  }

  @Test
  void requestLine_tooLong_is400() {
    assertThat(exchange("GET /" + "y".repeat(9_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .contains(" 400 Bad Request")
        .contains("8192 bytes");
  }

  @Test
  void contentLength_negativeOrContradictory_is400() {
    assertThat(exchange("POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nhello"))
        .startsWith("HTTP/1.1 400 ");
    assertThat(
            exchange(
                "POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                    + "Content-Length: 6\r\n\r\nhello!"))
        .startsWith("HTTP/1.1 400 ");
  }

  /** One of two servers in a row could take the body for a request of its own (RFC 9112, 6.1). */
  @Test
  void contentLengthAndTransferEncoding_areNotServedAsTwoRequests() {
    String response =
        exchange(
            "POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /f/acme/echo HTTP/1.1\r\n"
                + "Host: x\r\n\r\n");

    assertThat(response).startsWith("HTTP/1.1 400 ");
    assertThat(response.split("HTTP/1.1 ", -1)).hasSize(2);
  }

  /** Where the next request would begin cannot be known. */
  @Test
  void chunk_malformed_endsTheConnection() {
    assertThat(
            exchange(
                "POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "zz\r\nhello\r\n"))
        .isEmpty();
  }

  /** What the server says until it closes the connection of itself. */
  private static String exchange(String request) {
    try (RawConnection connection = new RawConnection(node.port())) {
      return connection.send(request).readAll();
    }
  }

  @Test
  void contentLength_absurd_is413WithoutReading() {
    try (RawConnection connection = new RawConnection(node.port())) {
      connection.send(
          "POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9223372036854775807\r\n\r\n");

      assertThat(connection.readHead()).startsWith("HTTP/1.1 413 ");
      assertThat(connection.readAll()).contains("body-too-large"); // and the connection ends
    }
  }

  @Test
  void expectContinue_isAskedForOnlyWhenTheBodyIsWanted() {
    String head = " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    try (RawConnection connection = new RawConnection(node.port())) {
      assertThat(connection.send("POST /f/acme/echo" + head).readHead())
          .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      assertThat(connection.send("hello").readHead()).startsWith("HTTP/1.1 200 ");
    }
    try (RawConnection connection = new RawConnection(node.port())) {
      assertThat(connection.send("POST /f/acme/nothing" + head).readHead())
          .startsWith("HTTP/1.1 401 ")
          .containsIgnoringCase("connection: close");
    }
  }

  @Test
  void pipelinedRequests_areAnsweredInOrder() {
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      requests
          .append("POST /f/acme/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n")
          .append(100 + i);
    }
    requests.append("GET /f/acme/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    String responses = exchange(requests.toString());

    assertThat(responses.split("HTTP/1.1 200", -1)).hasSize(22);
    int from = 0;
    for (int i = 0; i < 20; i++) {
      from = responses.indexOf("\r\n\r\n" + (100 + i), from);
      assertThat(from).isPositive();
    }
  }

  @Test
  void http10_isAnsweredAndTheConnectionEnds() {
    assertThat(exchange("GET /f/acme/echo HTTP/1.0\r\n\r\n")).contains(" 200 OK");
  }
}
