package dev.leat.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The server of customers that the sample {@code enrich} asks: on this machine alone, at the port
 * that it had before where that is free. It reads nothing but a path, and answers from memory.
 */
final class DemoServer implements Closeable {
  static final String HOST = "127.0.0.1";

  private static final String CUSTOMERS = "/customers/";
  private static final Map<String, String> NAMES = Map.of("1", "Ada", "2", "Grace", "3", "Edsger");

  /** Connections that wait; who comes beyond them is refused by the kernel. */
  private static final int BACKLOG = 50;

  private final HttpServer server;

  private DemoServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Starts it.
   *
   * @param data where its port is kept, so that what is deployed stays as it was
   */
  static DemoServer start(Path data) {
    Path file = data.resolve("demo.port");
    try {
      DemoServer started = new DemoServer(bound(before(file)));
      started.server.createContext("/", DemoServer::answer);
      started.server.start();
      Files.writeString(file, started.server.getAddress().getPort() + "\n");
      return started;
    } catch (IOException e) {
      throw LocalFiles.failure("start the demo's server by", file, e);
    }
  }

  private static HttpServer bound(int port) throws IOException {
    InetAddress here = InetAddress.ofLiteral(HOST);
    try {
      return HttpServer.create(new InetSocketAddress(here, port), BACKLOG);
    } catch (BindException e) {
      return HttpServer.create(new InetSocketAddress(here, 0), BACKLOG);
    }
  }

  /** 0 is any. */
  private static int before(Path file) throws IOException {
    try {
      return Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) & 0xffff : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  URI uri() {
    return URI.create("http://" + address());
  }

  /** Host and port. */
  String address() {
    return HOST + ":" + server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String id = path.startsWith(CUSTOMERS) ? path.substring(CUSTOMERS.length()) : "";
      String name = NAMES.get(id);
      if (name == null) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] body =
          "{\"id\":%s,\"name\":\"%s\"}".formatted(id, name).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
