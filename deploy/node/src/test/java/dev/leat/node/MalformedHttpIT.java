package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.node.NodeUnderTest.Workshop;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are no HTTP, or nearly; the attacks send random ones. */
class MalformedHttpIT {
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
