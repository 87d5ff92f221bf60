package dev.leat.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.node.Guests;
import dev.leat.node.NodeUnderTest;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.node.RawConnection;
import dev.leat.node.RawConnection.Response;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/**
 * A tenant that calls its function at an even pace, while others attack or do not. Each answer must
 * be whole and its own.
 */
final class Neighbour {
  private static final int CLIENTS = 2;
  private static final Duration PACE = Duration.ofMillis(4);

  private static final int INSTANCES = 2;

  /** What its instances hold: 34 pages each, and once more to be put back to. */
  static final long GUEST_BYTES_MAX = INSTANCES * 2 * 34 * 65_536L;

  /** Most calls have small bodies; one in so many has a larger one, or a connection of its own. */
  private static final int ONE_IN = 20;

  private static final int SMALL_BYTES = 500;
  private static final int LARGE_BYTES = 50_000;

  private final NodeUnderTest node;
  private final Workshop workshop;
  private final String token;
  private final byte[] bytes = new byte[2 * LARGE_BYTES];

  Neighbour(NodeUnderTest node) {
    this.node = node;
    this.workshop = node.workshop("neighbour");
    workshop.deploy(
        "echo",
        Guests.echo(),
        "  instances: {min: %1$d, max: %1$d, idle: 1h}\n".formatted(INSTANCES));
    this.token = workshop.token("invoker");
    new Random(1).nextBytes(bytes);
  }

  Workshop workshop() {
    return workshop;
  }

  /** Calls for so long. */
  Round round(Duration length) {
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      long end = System.nanoTime() + length.toNanos();
      List<Future<List<Call>>> running = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int client = i;
        running.add(clients.submit(() -> calls(client, end)));
      }
      List<Call> calls = new ArrayList<>();
      for (Future<List<Call>> each : running) {
        calls.addAll(each.get());
      }
      return Round.of(calls);
    } catch (ExecutionException e) {
      throw new AssertionError("The neighbour's calls failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private List<Call> calls(int client, long end) {
    List<Call> calls = new ArrayList<>();
    long due = System.nanoTime();
    try (RawConnection connection = new RawConnection(node.port())) {
      for (int i = 1; due < end; i++) {
        int offset = (int) ((client * 7_919L + i * 104_729L) % LARGE_BYTES);
        if (i % ONE_IN == 0) {
          calls.add(call(connection, offset, LARGE_BYTES));
        } else if (i % ONE_IN == ONE_IN / 2) {
          try (RawConnection own = new RawConnection(node.port())) {
            calls.add(call(own, offset, SMALL_BYTES));
          }
        } else {
          calls.add(call(connection, offset, SMALL_BYTES));
        }
        due = Math.max(due + PACE.toNanos(), System.nanoTime());
        LockSupport.parkNanos(due - System.nanoTime());
      }
    }
    return calls;
  }

  private Call call(RawConnection connection, int offset, int length) {
    byte[] request = request(offset, length);
    long started = System.nanoTime();
    Response response = connection.send(request).read();
    long nanos = System.nanoTime() - started;
    if (response.status() == 503) {
      assertThat(response.text()).contains("\"code\":\"overloaded\"");
      assertThat(response.header("retry-after")).isNotEmpty();
      return new Call(nanos, true);
    }
    assertThat(response.status()).as(response.head()).isEqualTo(200);
    assertThat(
            Arrays.equals(
                response.body(), 0, response.body().length, bytes, offset, offset + length))
        .as("the answer is the request's body")
        .isTrue();
    return new Call(nanos, false);
  }

  private byte[] request(int offset, int length) {
    ByteArrayOutputStream request = new ByteArrayOutputStream(length + 2_000);
    request.writeBytes(
        ("POST /f/%s/echo HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                + "Content-Length: %d\r\n\r\n")
            .formatted(workshop.tenant, token, length)
            .getBytes(StandardCharsets.US_ASCII));
    request.write(bytes, offset, length);
    return request.toByteArray();
  }

  private record Call(long nanos, boolean isRefused) {}

  /**
   * What its calls have met.
   *
   * @param p99Nanos 99 in a hundred took no longer
   * @param refused calls that were answered 503
   */
  record Round(int calls, long medianNanos, long p99Nanos, long slowestNanos, long refused) {
    private static Round of(List<Call> calls) {
      long[] nanos = calls.stream().mapToLong(Call::nanos).sorted().toArray();
      return new Round(
          nanos.length,
          nanos[nanos.length / 2],
          nanos[Math.ceilDiv(nanos.length * 99, 100) - 1],
          LongStream.of(nanos).max().orElseThrow(),
          calls.stream().filter(Call::isRefused).count());
    }

    @Override
    public String toString() {
      return "%d calls, median %.2f ms, p99 %.2f ms, slowest %.2f ms, %d refused"
          .formatted(calls, medianNanos / 1e6, p99Nanos / 1e6, slowestNanos / 1e6, refused);
    }
  }
}
