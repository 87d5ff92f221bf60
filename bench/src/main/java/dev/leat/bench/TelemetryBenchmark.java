package dev.leat.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.leat.bench.Wrk.Target;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What telemetry costs: calls of a node that exports nothing, and of one that sends a tenth of its
 * traces, its figures and its log to a collector that answers. The arguments are the JVM flags of
 * both.
 */
public final class TelemetryBenchmark {
  private static final int CONNECTIONS = 64;

  private TelemetryBenchmark() {}

  public static void main(String[] jvmFlags) throws IOException {
    Path home = Files.createTempDirectory("leat-bench");
    AtomicLong bytes = new AtomicLong();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      collector.setExecutor(threads);
      collector.createContext("/", exchange -> take(exchange, bytes));
      collector.start();
      String url = "http://localhost:" + collector.getAddress().getPort();
      run(List.of(jvmFlags), home, url);
      System.out.println("the collector took " + bytes + " bytes, compressed");
    } finally {
      collector.stop(0);
    }
  }

  private static void take(HttpExchange exchange, AtomicLong bytes) throws IOException {
    try (exchange) {
      bytes.addAndGet(exchange.getRequestBody().transferTo(OutputStream.nullOutputStream()));
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private static void run(List<String> flags, Path home, String collector) throws IOException {
    Path offData = home.resolve("off");
    Path onData = home.resolve("on");
    try (ChildServer off = new ChildServer(flags, NodeServer.class, offData.toString());
        ChildServer on = new ChildServer(flags, NodeServer.class, onData.toString(), collector)) {
      List<Target> targets = new ArrayList<>();
      targets.add(target("off", off, home, offData));
      targets.add(target("on", on, home, onData));
      HttpRounds rounds = new HttpRounds(System.out, new Wrk(home, CONNECTIONS));
      rounds.measure(targets);
      rounds.head("off");
      rounds.line("off", "off");
      rounds.line("on", "off");
    }
  }

  private static Target target(String name, ChildServer node, Path home, Path data)
      throws IOException {
    Deployment deployment = new Deployment(Files.createDirectories(home.resolve(name + "-home")));
    String token = deployment.tenant(node.url(), data.resolve("operator.token"));
    return new Target(
        name,
        node::cpuTime,
        node.url() + deployment.sample("noop"),
        Map.of("Authorization", "Bearer " + token),
        "");
  }
}
