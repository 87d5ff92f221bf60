package dev.leat.bench;

import dev.leat.node.Node;
import dev.leat.node.NodeConfig;
import dev.leat.node.telemetry.OtelVariables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A whole node, as {@code leat up} starts it, on the directory given; with a second argument its
 * telemetry goes to the collector at that URL, a tenth of its traces with it. Ends with its input.
 */
public final class NodeServer {
  private NodeServer() {}

  public static void main(String[] arguments) throws IOException {
    NodeConfig config = NodeConfig.embedded(Path.of(arguments[0]), NodeConfig.DEFAULT_HOST, 0);
    if (arguments.length > 1) {
      config = config.with(OtelVariables.read(variables(arguments[1])));
    }
    try (Node node = Node.start(config)) {
      ChildServer.serving(node.url());
    }
  }

  private static Map<String, String> variables(String collector) {
    return Map.of(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        collector,
        "OTEL_TRACES_SAMPLER",
        "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG",
        "0.1",
        "OTEL_METRIC_EXPORT_INTERVAL",
        "5000");
  }
}
