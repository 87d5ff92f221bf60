package dev.leat.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.testkit.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway whose node will stop soon. */
class LeavingTest {
  /** More than any of these answers, which come in one piece. */
  private static final int ANSWER_MAX = 4_096;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @ParameterizedTest
  @ValueSource(strings = {"/f/acme/open", "/health/live", "/nothing", "/f/acme/none"})
  void leave_servesOn_andAsksClientsToCloseTheirConnections(String path) {
    try (GatewayUnderTest node = GatewayUnderTest.start()) {
      int status = kept(node, path).status();
      assertThat(kept(node, path).field("connection")).isEmpty();

      node.gateway.leave();

      Received leaving = kept(node, path);
      assertThat(leaving.status()).isEqualTo(status);
      assertThat(leaving.field("connection")).isEqualTo("close");
    }
  }

  @Test
  void listenNoMore_refusesNewConnections_answersOpenOnesOnceMore_andClosesThem() throws Exception {
    try (GatewayUnderTest node = GatewayUnderTest.start();
        Socket open = node.open()) {
      assertThat(answer(open, "/health/live").field("connection")).isEmpty();
      node.gateway.leave();

      Thread closing = Thread.startVirtualThread(() -> node.gateway.listenNoMore(PATIENCE));
      Eventually.holds("the port is closed", () -> isRefused(node));
      assertThat(closing.isAlive()).as("it waits for the open connection").isTrue();

      Received last = answer(open, "/f/acme/open");
      assertThat(last.status()).isEqualTo(200);
      assertThat(last.field("connection")).isEqualTo("close");
      assertThat(open.getInputStream().read()).as("the server ends it").isEqualTo(-1);
      assertThat(closing.join(PATIENCE)).as("none is left").isTrue();
    }
  }

  @Test
  void listenNoMore_idleConnection_isWaitedForNoLongerThanThat() throws Exception {
    try (GatewayUnderTest node = GatewayUnderTest.start();
        Socket idle = node.open()) {
      answer(idle, "/health/live");

      node.gateway.listenNoMore(Duration.ofMillis(10));

      assertThat(answer(idle, "/health/live").status()).as("it is still open").isEqualTo(200);
    }
  }

  private static boolean isRefused(GatewayUnderTest node) {
    try (Socket socket = node.open()) {
      return !socket.isConnected();
    } catch (UncheckedIOException | IOException e) {
      return true;
    }
  }

  /** On a connection that the client would keep. */
  private static Received kept(GatewayUnderTest node, String path) {
    try (Socket socket = node.open()) {
      return answer(socket, path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Received answer(Socket socket, String path) throws IOException {
    socket
        .getOutputStream()
        .write(
            "GET %s HTTP/1.1\r\nHost: x\r\n\r\n".formatted(path).getBytes(StandardCharsets.UTF_8));
    byte[] answer = new byte[ANSWER_MAX];
    return Received.of(
        new String(answer, 0, socket.getInputStream().read(answer), StandardCharsets.UTF_8));
  }
}
