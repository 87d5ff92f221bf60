package dev.leat.failures.rig;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 to one server, with connections that are kept. It never repeats a request, and says
 * exactly how far each came: that is what it is for. Safe for several threads, and blocks them.
 */
final class Wire implements AutoCloseable {
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(1);

  private final InetSocketAddress server;
  private final Duration patience;
  private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();

  /**
   * @param patience how long it waits for each part of an answer
   */
  Wire(InetSocketAddress server, Duration patience) {
    this.server = server;
    this.patience = patience;
  }

  /** A response as it came. */
  record Response(int status, String head, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /** Nothing was sent: another server may be asked. */
  static final class NotConnected extends IOException {
    NotConnected(IOException cause) {
      super(cause);
    }
  }

  /** Nothing came back in time. */
  static final class NoAnswer extends IOException {
    NoAnswer(SocketTimeoutException cause) {
      super(cause);
    }
  }

  Response send(byte[] request) throws IOException {
    Connection connection = usable();
    if (connection == null) {
      connection = connect();
    }
    boolean isKept = false;
    try {
      Response response = connection.exchange(request);
      isKept = !response.head().toLowerCase(Locale.ROOT).contains("\r\nconnection: close");
      return response;
    } catch (SocketTimeoutException e) {
      throw new NoAnswer(e);
    } finally {
      if (isKept) {
        idle.push(connection);
      } else {
        connection.close();
      }
    }
  }

  /** A connection that was kept and that the server has not ended meanwhile. */
  private @Nullable Connection usable() {
    Connection connection;
    while ((connection = idle.poll()) != null) {
      if (connection.isOpen()) {
        return connection;
      }
      connection.close();
    }
    return null;
  }

  private Connection connect() throws IOException {
    try {
      return new Connection();
    } catch (IOException e) {
      throw new NotConnected(e);
    }
  }

  @Override
  public void close() {
    Connection connection;
    while ((connection = idle.poll()) != null) {
      connection.close();
    }
  }

  private final class Connection {
    private final SocketChannel channel;
    private final InputStream in;

    private Connection() throws IOException {
      channel = SocketChannel.open();
      try {
        channel.socket().setTcpNoDelay(true);
        channel.socket().connect(server, (int) CONNECT_PATIENCE.toMillis());
        channel.socket().setSoTimeout((int) patience.toMillis());
        in = new BufferedInputStream(channel.socket().getInputStream());
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    }

    /** Looks without waiting whether the server has ended it, as a load balancer does. */
    private boolean isOpen() {
      try {
        channel.configureBlocking(false);
        boolean isSilent = channel.read(ByteBuffer.allocate(1)) == 0;
        channel.configureBlocking(true);
        return isSilent;
      } catch (IOException e) {
        return false;
      }
    }

    private Response exchange(byte[] request) throws IOException {
      channel.socket().getOutputStream().write(request);
      String head = head();
      int length = length(head);
      byte[] body = in.readNBytes(length);
      if (body.length < length) {
        throw new EOFException("ended after %d of %d bytes".formatted(body.length, length));
      }
      return new Response(Integer.parseInt(head.substring(9, 12)), head, body);
    }

    private String head() throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
        int next = in.read();
        if (next < 0) {
          throw new EOFException(head.isEmpty() ? "ended without an answer" : "ended in the head");
        }
        head.append((char) next);
      }
      return head.toString();
    }

    private static int length(String head) throws EOFException {
      return head.lines()
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
          .map(line -> Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()))
          .findFirst()
          .orElseThrow(() -> new EOFException("no length in " + head));
    }

    private void close() {
      try {
        channel.close();
      } catch (IOException e) {
        // It is given up either way.
      }
    }
  }
}
