package dev.leat.failures.rig;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.failures.rig.Ending.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The suite's own instrument: what it says of a request must be so. */
class LoadBalancerTest {
  private static final String HEAD = "POST /f/t/f HTTP/1.1\r\nHost: x\r\n";

  @Test
  void ownIdAnswered_isAnswered_anothersIsNot() throws IOException {
    try (Server server = new Server(request -> ok(bodyOf(request)));
        Server liar = new Server(request -> ok("call-0\n"))) {
      assertThat(send(server).kind()).isEqualTo(Kind.ANSWERED);
      assertThat(send(liar).kind()).isEqualTo(Kind.WRONG);
    }
  }

  @Test
  void problem_isRefusedWithItsCode() throws IOException {
    String problem = "{\"status\":503,\"code\":\"overloaded\",\"detail\":\"Full\"}";
    try (Server server = new Server(request -> response("503 Service Unavailable", problem))) {
      assertThat(send(server)).isEqualTo(new Ending(Kind.REFUSED, "503 overloaded", "Full"));
    }
  }

  @Test
  void connectionEndsWithoutAnAnswer_isCutAndNotSentAgain() throws IOException {
    try (Server server = new Server(request -> "")) {
      assertThat(send(server).kind()).isEqualTo(Kind.CUT);
      assertThat(server.requests).hasValue(1);
    }
  }

  @Test
  void refusedConnection_goesToTheNext() throws IOException {
    ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    try (Server server = new Server(request -> ok(bodyOf(request)));
        LoadBalancer balancer =
            new LoadBalancer(
                List.of(
                    new Target("gone", (InetSocketAddress) gone.getLocalSocketAddress()),
                    server.target()))) {
      gone.close();
      for (int i = 0; i < 4; i++) {
        Entry entry = balancer.send(HEAD, "call-" + i, System.nanoTime());
        assertThat(entry.ending()).isEqualTo(Ending.ANSWERED);
        assertThat(entry.target()).isEqualTo("server");
      }
    }
  }

  private static Ending send(Server server) {
    try (LoadBalancer balancer = new LoadBalancer(List.of(server.target()))) {
      return balancer.send(HEAD, "call-1", System.nanoTime()).ending();
    }
  }

  private static String ok(String body) {
    return response("200 OK", body);
  }

  private static String response(String status, String body) {
    return "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s".formatted(status, body.length(), body);
  }

  private static String bodyOf(String request) {
    return request.substring(request.indexOf("\r\n\r\n") + 4);
  }

  /** Answers health checks, and each call as it is told; "" ends the connection. */
  private static final class Server implements AutoCloseable {
    private final ServerSocket socket;
    private final Function<String, String> answers;
    private final AtomicInteger requests = new AtomicInteger();

    Server(Function<String, String> answers) throws IOException {
      this.answers = answers;
      this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      Thread.startVirtualThread(this::accept);
    }

    private Target target() {
      return new Target("server", (InetSocketAddress) socket.getLocalSocketAddress());
    }

    private void accept() {
      while (!socket.isClosed()) {
        try {
          Socket connection = socket.accept();
          Thread.startVirtualThread(() -> serve(connection));
        } catch (IOException e) {
          // Closed: the loop ends.
        }
      }
    }

    private void serve(Socket connection) {
      try (connection) {
        InputStream in = connection.getInputStream();
        byte[] bytes = new byte[4_096];
        int read;
        while ((read = in.read(bytes)) > 0) { // each comes in one piece
          String request = new String(bytes, 0, read, StandardCharsets.US_ASCII);
          String answer = "";
          if (request.startsWith("GET /health/ready")) {
            answer = ok("");
          } else {
            requests.incrementAndGet();
            answer = answers.apply(request);
          }
          if (answer.isEmpty()) {
            return;
          }
          connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
