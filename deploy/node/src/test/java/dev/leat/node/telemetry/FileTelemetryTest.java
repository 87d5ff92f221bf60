package dev.leat.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.TraceParent;
import dev.leat.node.Secret;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTelemetryTest {
  @TempDir private Path directory;

  private static Telemetry telemetry(Path file) {
    return Telemetry.of(
        new TelemetryConfig(
            "",
            new Secret(""),
            new Secret(""),
            file.toString(),
            1,
            200,
            true,
            true,
            true,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            "leat",
            Map.of()),
        "node-1");
  }

  @Test
  void spans_areLinesOfTheFile() throws IOException {
    Path file = directory.resolve("spans.jsonl");
    String context = TraceParent.root(true);
    long now = System.nanoTime();
    try (Telemetry telemetry = telemetry(file)) {
      telemetry.start(MetricSnapshots::of);
      telemetry
          .tracing()
          .ended(
              new Span(
                  TraceParent.child(context),
                  context,
                  "exec",
                  Span.Kind.INTERNAL,
                  now - 2_000_000,
                  now,
                  Map.of("leat.fuel", 7L),
                  "trapped"));
    }

    JsonNode line = new ObjectMapper().readTree(Files.readString(file));
    assertThat(line.path("trace").asText()).isEqualTo(TraceParent.traceId(context));
    assertThat(line.path("parent").asText()).isEqualTo(TraceParent.spanId(context));
    assertThat(line.path("name").asText()).isEqualTo("exec");
    assertThat(line.path("node").asText()).isEqualTo("node-1");
    assertThat(line.path("ms").asDouble()).isEqualTo(2);
    assertThat(line.path("leat.fuel").asInt()).isEqualTo(7);
    assertThat(line.path("error").asText()).isEqualTo("trapped");
  }

  @Test
  void start_fileThatCannotBeWritten_saysSo() {
    try (Telemetry telemetry = telemetry(directory.resolve("none/spans.jsonl"))) {
      assertThatThrownBy(() -> telemetry.start(MetricSnapshots::of))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("telemetry.file");
    }
  }
}
