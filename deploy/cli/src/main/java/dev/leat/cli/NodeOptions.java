package dev.leat.cli;

import dev.leat.node.NodeConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every verb that runs a node. Constants alone, so that nothing of it is loaded. */
final class NodeOptions {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where state is kept; else ${DEFAULT-VALUE}.")
  Path data = Path.of("leat-data");

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Where to listen, 0 for any free port; else ${DEFAULT-VALUE}.")
  int port = NodeConfig.DEFAULT_PORT;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Which address to listen on; else ${DEFAULT-VALUE}.")
  String host = NodeConfig.DEFAULT_HOST;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A configuration in YAML, for the database, the worker and more.")
  @Nullable Path config;

  @Option(names = "--stop-when-ready", hidden = true)
  boolean isStoppedWhenReady;
}
