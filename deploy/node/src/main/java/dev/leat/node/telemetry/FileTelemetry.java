package dev.leat.node.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.TraceParent;
import dev.leat.contract.trace.Tracing;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Adds spans to a file, a JSON object a line: where there is no collector, as on a developer's. */
final class FileTelemetry implements Telemetry {
  private static final JsonFactory JSON = new JsonFactory();
  private static final double NANOS_PER_MILLI = 1e6;

  private final Path file;
  private final String node;
  private final ExportCounts traces = new ExportCounts("traces");
  private final Outbox<Span> spans = new Outbox<>(traces, this::append);
  private final Tracing tracing;

  FileTelemetry(TelemetryConfig config, String node) {
    this.file = Path.of(config.file());
    this.node = node;
    this.tracing = new SampledTracing(config, System::nanoTime, traces, spans::add);
  }

  @Override
  public Tracing tracing() {
    return tracing;
  }

  @Override
  public List<ExportCounts> counts() {
    return List.of(traces, new ExportCounts("metrics"), new ExportCounts("logs"));
  }

  @Override
  public void start(Supplier<MetricSnapshots> metrics) throws IOException {
    try {
      write(new byte[0]);
    } catch (IOException e) {
      throw new IOException("telemetry.file %s cannot be written: %s".formatted(file, e), e);
    }
    spans.start();
  }

  private boolean append(List<Span> batch) {
    Instant now = Instant.now();
    long nowNanos = System.nanoTime();
    ByteArrayOutputStream lines = new ByteArrayOutputStream(batch.size() * 256);
    try {
      for (Span span : batch) {
        line(span, now.minus(Duration.ofNanos(nowNanos - span.startNanos())), lines);
      }
      write(lines.toByteArray());
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException("Spans were not written to " + file, e);
    }
  }

  private void write(byte[] lines) throws IOException {
    try (OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      out.write(lines);
    }
  }

  private void line(Span span, Instant start, ByteArrayOutputStream lines) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(lines)) {
      json.writeStartObject();
      json.writeStringField("trace", TraceParent.traceId(span.context()));
      json.writeStringField("span", TraceParent.spanId(span.context()));
      String parent = span.parent();
      if (parent != null) {
        json.writeStringField("parent", TraceParent.spanId(parent));
      }
      String cause = span.cause();
      if (cause != null) {
        json.writeStringField("causeTrace", TraceParent.traceId(cause));
        json.writeStringField("causeSpan", TraceParent.spanId(cause));
      }
      json.writeStringField("name", span.name());
      json.writeStringField("node", node);
      json.writeStringField("start", start.toString());
      json.writeNumberField("ms", (span.endNanos() - span.startNanos()) / NANOS_PER_MILLI);
      for (Map.Entry<String, Object> attribute : span.attributes().entrySet()) {
        json.writePOJOField(attribute.getKey(), attribute.getValue());
      }
      String error = span.error();
      if (error != null) {
        json.writeStringField("error", error);
      }
      json.writeEndObject();
    }
    lines.write('\n');
  }

  @Override
  public void close() {
    spans.close();
  }
}
