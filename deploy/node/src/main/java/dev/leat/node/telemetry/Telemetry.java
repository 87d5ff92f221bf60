package dev.leat.node.telemetry;

import dev.leat.contract.trace.Tracing;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/** What leaves the node for those who watch it. */
public interface Telemetry extends AutoCloseable {
  /** Nothing leaves. */
  Telemetry OFF = new Off();

  /** That of the configuration, for a node of this name. Does no I/O. */
  static Telemetry of(TelemetryConfig config, String node) {
    if (!config.endpoint().isEmpty()) {
      return new OtlpTelemetry(config, node);
    }
    return config.file().isEmpty() ? OFF : new FileTelemetry(config, node);
  }

  /** Takes the spans of requests. */
  Tracing tracing();

  /** How much left, and what was left out, by signal. */
  List<ExportCounts> counts();

  /**
   * @param metrics the node's figures, as they are when it is asked
   * @throws IOException if what the configuration names cannot be used
   */
  void start(Supplier<MetricSnapshots> metrics) throws IOException;

  /** Lets go what is left, for a few seconds at the most. */
  @Override
  void close();

  /** As {@link Telemetry#OFF}. */
  final class Off implements Telemetry {
    private Off() {}

    @Override
    public Tracing tracing() {
      return Tracing.OFF;
    }

    @Override
    public List<ExportCounts> counts() {
      return List.of(
          new ExportCounts("traces"), new ExportCounts("metrics"), new ExportCounts("logs"));
    }

    @Override
    public void start(Supplier<MetricSnapshots> metrics) {}

    @Override
    public void close() {}
  }
}
