package dev.leat.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway whose node will stop soon. */
class LeavingTest {
  /** More than any of these answers, which come in one piece. */
  private static final int ANSWER_MAX = 4_096;

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

  /** On a connection that the client would keep. */
  private static Received kept(GatewayUnderTest node, String path) {
    try (Socket socket = node.open()) {
      socket
          .getOutputStream()
          .write(
              "GET %s HTTP/1.1\r\nHost: x\r\n\r\n"
                  .formatted(path)
                  .getBytes(StandardCharsets.UTF_8));
      byte[] answer = new byte[ANSWER_MAX];
      return Received.of(
          new String(answer, 0, socket.getInputStream().read(answer), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
