package dev.leat.worker.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.testkit.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that answers each byte with as many times 1,000 bytes as it says. */
class AnswerGateTest {
  private static final int BYTES_MAX = 50_000;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private ServerSocket server;
  private AnswerGate gate;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    threads.execute(() -> {
      while (!server.isClosed()) {
        try {
          Socket client = server.accept();
          threads.execute(() -> serve(client));
        } catch (IOException e) {
          return; // closed
        }
      }
    });
    gate = new AnswerGate("127.0.0.1", server.getLocalPort(), BYTES_MAX, threads);
  }

  private static void serve(Socket client) {
    try (client) {
      for (int n = client.getInputStream().read(); n >= 0; n = client.getInputStream().read()) {
        client.getOutputStream().write(new byte[n * 1_000]);
      }
    } catch (IOException e) {
      // It hung up.
    }
  }

  @AfterEach
  void stop() throws IOException {
    gate.close();
    server.close();
    threads.close();
  }

  @Test
  void manyAnswers_eachWithinTheBound_areLetThrough() throws IOException {
    try (Socket driver = connect()) {
      for (int i = 0; i < 20; i++) {
        driver.getOutputStream().write(50);
        assertThat(driver.getInputStream().readNBytes(BYTES_MAX)).hasSize(BYTES_MAX);
      }
      assertThat(gate.isExceeded()).isFalse();
    }
  }

  @Test
  void largerAnswer_isCut_andTheConnectionEnds() throws IOException {
    try (Socket driver = connect()) {
      driver.getOutputStream().write(200);

      assertThat(read(driver.getInputStream())).isLessThanOrEqualTo(BYTES_MAX);

      assertThat(gate.isExceeded()).isTrue();
    }
  }

  /** As a driver's cancelling does. */
  @Test
  void secondConnection_isOfTheSameServer_andAllEndWithTheFirst() throws IOException {
    try (Socket second = new Socket()) {
      try (Socket first = connect()) {
        first.getOutputStream().write(1);
        assertThat(first.getInputStream().readNBytes(1_000)).hasSize(1_000);
        second.connect(first.getRemoteSocketAddress());
        second.getOutputStream().write(1);
        assertThat(second.getInputStream().readNBytes(1_000)).hasSize(1_000);
      }

      assertThat(read(second.getInputStream())).isZero();
      Eventually.holds("nobody else is let in", this::isShut);
    }
  }

  @Test
  void serverThatIsAway_endsTheConnection() throws IOException {
    server.close();
    try (Socket driver = connect()) {
      assertThat(read(driver.getInputStream())).isZero();
    }
    gate.close();
    assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
  }

  private boolean isShut() {
    try {
      connect().close();
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), gate.port());
  }

  /** How much comes before the end, be it a polite one. */
  private static int read(InputStream in) {
    int all = 0;
    try {
      for (int n = in.read(new byte[4_096]); n >= 0; n = in.read(new byte[4_096])) {
        all += n;
      }
    } catch (IOException e) {
      // It was reset.
    }
    return all;
  }
}
