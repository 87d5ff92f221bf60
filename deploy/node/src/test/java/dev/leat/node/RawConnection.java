package dev.leat.node;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A connection on which anything can be sent. Confined to one thread, but for closing. */
public final class RawConnection implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  public RawConnection(int port) {
    this(InetAddress.getLoopbackAddress(), port);
  }

  RawConnection(InetAddress address, int port) {
    this(null, address, port);
  }

  private RawConnection(@Nullable InetAddress from, InetAddress to, int port) {
    try {
      socket = new Socket();
      if (from != null) {
        socket.bind(new InetSocketAddress(from, 0));
      }
      socket.connect(new InetSocketAddress(to, port));
      socket.setSoTimeout(30_000);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A connection to this host from another of its addresses. */
  public static RawConnection from(InetAddress address, int port) {
    return new RawConnection(address, InetAddress.getLoopbackAddress(), port);
  }

  public RawConnection send(String text) {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public RawConnection send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** The head of the next response. */
  public String readHead() {
    try {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
        int next = in.read();
        if (next < 0) {
          return head.toString();
        }
        head.append((char) next);
      }
      return head.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next response, the length of whose body is declared. */
  public Response read() {
    String head = readHead();
    try {
      if (!head.endsWith("\r\n\r\n")) {
        throw new EOFException("The connection was closed after: " + head);
      }
      int length = field(head, "content-length").map(Integer::parseInt).orElse(0);
      byte[] body = in.readNBytes(length);
      if (body.length < length) {
        throw new EOFException(
            "The connection was closed after %d of %d bytes".formatted(body.length, length));
      }
      return new Response(head, body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> field(String head, String name) {
    return head.lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst();
  }

  /** Whatever comes until the server closes the connection. */
  public String readAll() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      in.transferTo(all);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("The connection stays open after: " + all, e);
    } catch (IOException e) {
      return all.toString(StandardCharsets.ISO_8859_1); // reset: closed as well
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  /** Says that nothing more is sent. */
  public RawConnection finish() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A response as it came. */
  public record Response(String head, byte[] body) {
    /** The status, 0 where there is none. */
    public int status() {
      return head.startsWith("HTTP/1.") ? Integer.parseInt(head.substring(9, 12)) : 0;
    }

    /** The first value of a field, "" without one. */
    public String header(String name) {
      return field(head, name).orElse("");
    }

    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }
}
