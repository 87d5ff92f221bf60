package dev.leat.node.telemetry;

import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.SpanAttributes;
import dev.leat.contract.trace.Tracing;
import dev.leat.node.log.LogTap;
import dev.leat.node.log.LoggedLine;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/** Sends spans, figures and the log to a collector by OTLP over HTTP. Safe for several threads. */
final class OtlpTelemetry implements Telemetry {
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final Duration CONNECT = Duration.ofSeconds(5);

  /**
   * What failed is told by {@link Outbox}, and counted. Held, else its level would be forgotten.
   */
  private static final java.util.logging.Logger QUIET =
      java.util.logging.Logger.getLogger("io.opentelemetry");

  /** For answers 429, 502, 503 and 504, and where no connection comes about. */
  private static final RetryPolicy RETRY =
      RetryPolicy.builder()
          .setMaxAttempts(4)
          .setInitialBackoff(Duration.ofMillis(500))
          .setMaxBackoff(Duration.ofSeconds(2))
          .build();

  private final TelemetryConfig config;
  private final Resource resource;
  private final ExportCounts traces = new ExportCounts("traces");
  private final ExportCounts metrics = new ExportCounts("metrics");
  private final ExportCounts logs = new ExportCounts("logs");
  private final Outbox<Span> spans;
  private final Outbox<LoggedLine> lines;
  private final Tracing tracing;
  private final List<AutoCloseable> exporters = new ArrayList<>();
  private @Nullable OtlpHttpSpanExporter spanExporter;
  private @Nullable OtlpHttpLogRecordExporter lineExporter;
  private @Nullable ScheduledExecutorService figures;
  private @Nullable LogTap tap;

  /**
   * @param node the name of this one
   */
  OtlpTelemetry(TelemetryConfig config, String node) {
    this.config = config;
    AttributesBuilder described = OtlpSpan.attributes(Map.copyOf(config.resource()));
    described.put("service.name", config.service());
    described.put("service.instance.id", node);
    described.put(SpanAttributes.INSTANCE, node);
    this.resource = Resource.create(described.build());
    this.spans = new Outbox<>(traces, this::sendSpans);
    this.lines = new Outbox<>(logs, this::sendLines);
    this.tracing =
        config.hasTraces()
            ? new SampledTracing(config, System::nanoTime, traces, spans::add)
            : Tracing.OFF;
  }

  @Override
  public Tracing tracing() {
    return tracing;
  }

  @Override
  public List<ExportCounts> counts() {
    return List.of(traces, metrics, logs);
  }

  @Override
  public void start(Supplier<MetricSnapshots> snapshots) throws IOException {
    QUIET.setLevel(Level.OFF);
    try {
      if (config.hasTraces()) {
        OtlpHttpSpanExporter exporter = spanExporter();
        exporters.add(exporter);
        spanExporter = exporter;
        spans.start();
      }
      if (config.hasLogs()) {
        OtlpHttpLogRecordExporter exporter = lineExporter();
        exporters.add(exporter);
        lineExporter = exporter;
        lines.start();
        tap = LogTap.into(this::add);
      }
      if (config.hasMetrics()) {
        startFigures(snapshots);
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "telemetry.endpoint or telemetry.ca-file cannot be used: " + e.getMessage(), e);
    }
  }

  /** What this class and its neighbours say of failing must not be what fails next. */
  private void add(LoggedLine line) {
    if (!line.logger().startsWith("dev.leat.node.telemetry")) {
      lines.add(line);
    }
  }

  private void startFigures(Supplier<MetricSnapshots> snapshots) {
    OtlpHttpMetricExporter exporter = figureExporter();
    exporters.add(exporter);
    OtlpMetrics figuresOf = new OtlpMetrics(resource, epochNanos());
    ScheduledExecutorService every =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("telemetry-metrics").factory());
    figures = every;
    long nanos = config.metricsEvery().toNanos();
    var unused =
        every.scheduleWithFixedDelay(
            () -> sendFigures(exporter, figuresOf, snapshots), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private void sendFigures(
      OtlpHttpMetricExporter exporter, OtlpMetrics figuresOf, Supplier<MetricSnapshots> snapshots) {
    boolean isTaken = false;
    try {
      isTaken = isTaken(exporter.export(figuresOf.of(snapshots.get(), epochNanos())));
    } catch (RuntimeException e) {
      QUIET.log(Level.FINE, "Figures were not sent", e); // else no more would be
    }
    if (isTaken) {
      metrics.exported(1);
    } else {
      metrics.failed(1);
    }
  }

  private boolean sendSpans(List<Span> batch) {
    OtlpHttpSpanExporter exporter = spanExporter;
    long offset = epochNanos() - System.nanoTime();
    List<SpanData> data = new ArrayList<>(batch.size());
    batch.forEach(span -> data.add(new OtlpSpan(span, offset, resource)));
    return exporter != null && isTaken(exporter.export(data));
  }

  private boolean sendLines(List<LoggedLine> batch) {
    OtlpHttpLogRecordExporter exporter = lineExporter;
    List<LogRecordData> data = new ArrayList<>(batch.size());
    batch.forEach(line -> data.add(new OtlpLine(line, resource)));
    return exporter != null && isTaken(exporter.export(data));
  }

  private boolean isTaken(CompletableResultCode sent) {
    return sent.join(config.timeout().toMillis(), TimeUnit.MILLISECONDS).isSuccess();
  }

  private static long epochNanos() {
    Instant now = Instant.now();
    return now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
  }

  private String url(String signal) {
    return config.endpoint().replaceFirst("/+$", "") + "/v1/" + signal;
  }

  private byte[] authorities() {
    return config.authorities().value().getBytes(StandardCharsets.US_ASCII);
  }

  private OtlpHttpSpanExporter spanExporter() {
    var builder =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(url("traces"))
            .setHeaders(() -> HeaderLines.parse(config.headers().value()))
            .setTimeout(config.timeout())
            .setConnectTimeout(CONNECT)
            .setCompression("gzip")
            .setRetryPolicy(RETRY);
    if (authorities().length > 0) {
      builder.setTrustedCertificates(authorities());
    }
    return builder.build();
  }

  private OtlpHttpMetricExporter figureExporter() {
    var builder =
        OtlpHttpMetricExporter.builder()
            .setEndpoint(url("metrics"))
            .setHeaders(() -> HeaderLines.parse(config.headers().value()))
            .setTimeout(config.timeout())
            .setConnectTimeout(CONNECT)
            .setCompression("gzip")
            .setRetryPolicy(RETRY);
    if (authorities().length > 0) {
      builder.setTrustedCertificates(authorities());
    }
    return builder.build();
  }

  private OtlpHttpLogRecordExporter lineExporter() {
    var builder =
        OtlpHttpLogRecordExporter.builder()
            .setEndpoint(url("logs"))
            .setHeaders(() -> HeaderLines.parse(config.headers().value()))
            .setTimeout(config.timeout())
            .setConnectTimeout(CONNECT)
            .setCompression("gzip")
            .setRetryPolicy(RETRY);
    if (authorities().length > 0) {
      builder.setTrustedCertificates(authorities());
    }
    return builder.build();
  }

  @Override
  public void close() {
    if (figures != null) {
      figures.shutdownNow();
    }
    if (tap != null) {
      tap.close();
    }
    spans.close();
    lines.close();
    for (AutoCloseable exporter : exporters) {
      try {
        exporter.close();
      } catch (Exception e) { // AutoCloseable's; theirs throw nothing
        QUIET.log(Level.FINE, "An exporter did not close", e);
      }
    }
  }
}
