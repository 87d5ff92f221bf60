package dev.leat.node.telemetry;

import dev.leat.contract.Setting;
import dev.leat.node.Secret;
import java.time.Duration;
import java.util.Map;

/**
 * What leaves the node for those who watch it.
 *
 * @param endpoint of a collector that takes OTLP over HTTP; empty for none
 * @param headers sent to it with each request, by lines of {@code name=value}
 * @param authorities certificates in PEM that sign the collector's; empty for those of the JDK
 * @param file where spans are written instead, a JSON object a line; empty for none
 * @param sampling of the traces that begin here, how many of one are kept
 * @param tracesPerSecond of those that are kept, how many of one second: of those that begin here,
 *     and as many of others
 * @param hasTraces whether spans are sent
 * @param hasMetrics whether figures are sent
 * @param hasLogs whether the log is sent
 * @param metricsEvery how often figures are sent
 * @param timeout of one request to the collector
 * @param service the name of the service that all nodes are
 * @param resource what else is said of it
 */
public record TelemetryConfig(
    @Setting(
            key = "endpoint",
            doc =
                "a collector that takes OTLP over HTTP, such as `http://127.0.0.1:4318`;"
                    + " `OTEL_EXPORTER_OTLP_ENDPOINT` unless set",
            standard = "not used",
            form = "be an http or https URL",
            pattern = "|https?://[^\\s@?#]{1,1000}")
        String endpoint,
    @Setting(
            key = "headers-file",
            doc = "holds what is sent to it with each request, lines of `name=value`",
            standard = "no headers",
            form = "name a file that can be read; does it exist?")
        Secret headers,
    @Setting(
            key = "ca-file",
            doc = "certificates in PEM that sign the collector's",
            standard = "those of the JDK",
            form = "name a file that can be read; does it exist?")
        Secret authorities,
    @Setting(
            key = "file",
            doc = "instead of a collector, a file that spans are added to, a JSON object a line",
            standard = "not used",
            form = "be a path")
        String file,
    @Setting(
            key = "sampling",
            doc =
                "of the traces that begin here, the part that is kept, 0 to 1; of others whoever"
                    + " began them decides",
            form = "be a number from 0 to 1")
        double sampling,
    @Setting(
            key = "traces-per-second",
            doc =
                "how many traces of one second are kept at the most: of those that begin here, as"
                    + " many of those that others began, and as many runs of calls that were"
                    + " accepted with one",
            min = 1,
            max = 100_000)
        int tracesPerSecond,
    @Setting(key = "traces", doc = "whether spans are sent", form = "be true or false")
        boolean hasTraces,
    @Setting(
            key = "metrics",
            doc = "whether what `/metrics` says is sent",
            form = "be true or false")
        boolean hasMetrics,
    @Setting(
            key = "logs",
            doc = "whether the log is sent: the node's, and what functions write",
            form = "be true or false")
        boolean hasLogs,
    @Setting(
            key = "metrics-every-seconds",
            doc = "how often that is",
            unit = Setting.Unit.SECONDS,
            min = 1,
            max = 3_600)
        Duration metricsEvery,
    @Setting(
            key = "timeout-seconds",
            doc = "how long a request to the collector may take, with its repetitions",
            unit = Setting.Unit.SECONDS,
            min = 1,
            max = 60)
        Duration timeout,
    @Setting(
            key = "service-name",
            doc = "what all nodes together are called there; `OTEL_SERVICE_NAME` unless set",
            form = "be 1-100 characters",
            pattern = ".{1,100}")
        String service,
    Map<String, String> resource) {
  public static final TelemetryConfig OFF =
      new TelemetryConfig(
          "",
          new Secret(""),
          new Secret(""),
          "",
          0.1,
          200,
          true,
          true,
          true,
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          "leat",
          Map.of());

  public TelemetryConfig {
    resource = Map.copyOf(resource);
    if (!(sampling >= 0 && sampling <= 1)) {
      throw new IllegalArgumentException("sampling must be 0 to 1, was " + sampling);
    }
    if (!endpoint.isEmpty() && !file.isEmpty()) {
      throw new IllegalArgumentException("endpoint and file cannot both be set");
    }
    if (endpoint.isEmpty() && !headers.value().isEmpty()) {
      throw new IllegalArgumentException("headers-file is of no use without endpoint");
    }
    HeaderLines.parse(headers.value());
    if (endpoint.isEmpty() && !authorities.value().isEmpty()) {
      throw new IllegalArgumentException("ca-file is of no use without endpoint");
    }
  }
}
