package dev.leat.worker.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.ConnectionUrl;
import dev.leat.contract.DatabaseLogin;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.SQLException;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GatedConnectionsTest {
  /** H2's driver aborts no connection: what a closed pool left open, nobody would ever close. */
  @Test
  void close_whileAConnectionIsMade_hangsUp_andMakesNoOther() throws Exception {
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try (threads;
        ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      ConnectionUrl.H2Server url =
          (ConnectionUrl.H2Server)
              ConnectionUrl.of("jdbc:h2:tcp://127.0.0.1:%d/mem:x".formatted(silent.getLocalPort()));
      GatedConnections connections =
          new GatedConnections(url, new DatabaseLogin(url, "u", "", Instant.EPOCH), threads);
      Future<?> making = threads.submit(() -> connections.getConnection());
      try (Socket asked = silent.accept()) {
        assertThat(asked.getInputStream().read()).as("it is under way").isNotNegative();

        connections.close();

        assertThat(asked.getInputStream().readAllBytes()).as("it is hung up on").isNotNull();
        assertThatThrownBy(() -> making.get(20, TimeUnit.SECONDS))
            .hasCauseInstanceOf(SQLException.class);
        assertThatThrownBy(connections::getConnection).isInstanceOf(SQLException.class);
      }
    } // waits for all threads: none waits for a server any more
  }
}
