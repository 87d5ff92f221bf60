package dev.leat.cli;

import dev.leat.node.NodeConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leat up}: only its options, so that other verbs load nothing of a node. */
@Command(name = "up", description = "Run one node with every role until it is told to stop.")
final class Up implements Runnable {
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
      names = "--demo",
      description = "Fill tenant demo with sample functions and print a call of one.")
  boolean isDemo;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A configuration in YAML, for the database and the worker.")
  @Nullable Path config;

  @Option(names = "--stop-when-ready", hidden = true)
  boolean isStoppedWhenReady;

  private final Session session;

  Up(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    session.environment().requireLogLevel();
    new NodeRun(this, session.terminal()).run();
  }
}
