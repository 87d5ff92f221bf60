package dev.leat.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A server on loopback whose answers, good and bad, a test writes byte by byte. */
final class TestServer implements AutoCloseable {
  private final ServerSocket socket;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  /** Heads and bodies, as they came. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  final AtomicInteger connections = new AtomicInteger();
  final AtomicInteger open = new AtomicInteger();

  /** What is written to a client, and for how long. */
  @FunctionalInterface
  interface Answer {
    void write(Socket client, OutputStream out) throws Exception;
  }

  TestServer() throws IOException {
    socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return socket.getLocalPort();
  }

  /** An origin of this name, whose address is to be that of this machine. */
  String origin(String host) {
    return "http://" + host + ":" + port();
  }

  TestServer on(String path, Answer answer) {
    answers.put(path, answer);
    return this;
  }

  /** Answers with this body. */
  TestServer says(String path, String body) {
    return says(path, "200 OK", "", body);
  }

  /**
   * @param fields each with its line end
   */
  TestServer says(String path, String status, String fields, String body) {
    return on(path, (client, out) -> out.write(response(status, fields, body)));
  }

  static byte[] response(String status, String fields, String body) {
    return "HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s"
        .formatted(status, body.length(), fields, body)
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    open.incrementAndGet();
    try (client) {
      InputStream in = client.getInputStream();
      for (String request = read(in); request != null; request = read(in)) {
        requests.add(request);
        String path = request.split("[ ?]", 3)[1];
        Answer answer =
            answers.getOrDefault(
                path, (to, out) -> out.write(response("404 Not Found", "", "none")));
        answer.write(client, client.getOutputStream());
        client.getOutputStream().flush();
      }
    } catch (Exception e) {
      // it hung up
    } finally {
      open.decrementAndGet();
    }
  }

  private static @Nullable String read(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      head.append((char) next);
    }
    int length = 0;
    for (String line : head.toString().split("\r\n", -1)) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
      }
    }
    return head + new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
