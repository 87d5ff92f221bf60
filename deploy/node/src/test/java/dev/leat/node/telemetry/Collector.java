package dev.leat.node.telemetry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A collector: a real HTTP server on loopback that reads OTLP's protobuf and keeps what came. */
public final class Collector implements AutoCloseable {
  public final List<Received> spans = new CopyOnWriteArrayList<>();
  public final List<Metric> metrics = new CopyOnWriteArrayList<>();
  public final List<ScopeLogs> logs = new CopyOnWriteArrayList<>();
  final List<Map<String, List<String>>> headers = new CopyOnWriteArrayList<>();
  final AtomicInteger requests = new AtomicInteger();

  /** What it answers. */
  volatile int status = 200;

  /** Requests are answered when this is open. */
  volatile CountDownLatch gate = new CountDownLatch(0);

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** A span, and what its node says of itself. */
  public record Received(Span span, Map<String, String> resource) {
    public String name() {
      return span.getName();
    }

    public String trace() {
      return HexFormat.of().formatHex(span.getTraceId().toByteArray());
    }

    public String id() {
      return HexFormat.of().formatHex(span.getSpanId().toByteArray());
    }

    /** "" for none. */
    public String parent() {
      return HexFormat.of().formatHex(span.getParentSpanId().toByteArray());
    }

    public Map<String, String> attributes() {
      return texts(span.getAttributesList());
    }
  }

  private Collector(HttpServer server) {
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  public static Collector start() {
    try {
      return new Collector(
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Collector startTls(SSLContext context) throws IOException {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return new Collector(server);
  }

  public String url() {
    String scheme = server instanceof HttpsServer ? "https" : "http";
    return scheme + "://localhost:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange;
        InputStream body = body(exchange)) {
      byte[] bytes = body.readAllBytes();
      requests.incrementAndGet();
      headers.add(Map.copyOf(exchange.getRequestHeaders()));
      gate.await();
      if (status == 200) {
        keep(exchange.getRequestURI().getPath(), bytes);
      }
      exchange.getResponseHeaders().add("content-type", "application/x-protobuf");
      exchange.sendResponseHeaders(status, -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static InputStream body(HttpExchange exchange) throws IOException {
    @Nullable String encoding = exchange.getRequestHeaders().getFirst("content-encoding");
    return "gzip".equals(encoding)
        ? new GZIPInputStream(exchange.getRequestBody())
        : exchange.getRequestBody();
  }

  private void keep(String path, byte[] bytes) throws IOException {
    switch (path) {
      case "/v1/traces" ->
          ExportTraceServiceRequest.parseFrom(bytes)
              .getResourceSpansList()
              .forEach(of ->
                  of.getScopeSpansList()
                      .forEach(scope ->
                          scope
                              .getSpansList()
                              .forEach(span ->
                                  spans.add(
                                      new Received(
                                          span, texts(of.getResource().getAttributesList()))))));
      case "/v1/metrics" ->
          ExportMetricsServiceRequest.parseFrom(bytes)
              .getResourceMetricsList()
              .forEach(of ->
                  of.getScopeMetricsList()
                      .forEach(scope -> metrics.addAll(scope.getMetricsList())));
      case "/v1/logs" ->
          ExportLogsServiceRequest.parseFrom(bytes)
              .getResourceLogsList()
              .forEach(of -> logs.addAll(of.getScopeLogsList()));
      default -> throw new IOException("There is no signal " + path);
    }
  }

  /** The lines of a scope. */
  public List<LogRecord> lines(String scope) {
    return logs.stream()
        .filter(of -> of.getScope().getName().equals(scope))
        .flatMap(of -> of.getLogRecordsList().stream())
        .toList();
  }

  static Map<String, String> texts(List<KeyValue> attributes) {
    Map<String, String> texts = new TreeMap<>();
    for (KeyValue attribute : attributes) {
      var value = attribute.getValue();
      texts.put(
          attribute.getKey(),
          switch (value.getValueCase()) {
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            case INT_VALUE -> Long.toString(value.getIntValue());
            case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
            default -> value.getStringValue();
          });
    }
    return texts;
  }

  @Override
  public void close() {
    gate.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
