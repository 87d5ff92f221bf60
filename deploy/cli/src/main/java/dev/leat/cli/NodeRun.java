package dev.leat.cli;

import dev.leat.contract.NodeRole;
import dev.leat.node.ClusterPlace;
import dev.leat.node.Node;
import dev.leat.node.NodeConfig;
import dev.leat.node.NodeConfigFile;
import dev.leat.node.telemetry.OtelVariables;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Runs a node in this process, from its start to the signal that ends it. */
final class NodeRun {
  private static final int PORT_MAX = 65_535;

  private final NodeOptions options;
  private final Terminal terminal;

  NodeRun(NodeOptions options, Terminal terminal) {
    this.options = options;
    this.terminal = terminal;
  }

  /** A node of no cluster, which has every role. */
  void alone(boolean isDemo) {
    run(config(defaults()), isDemo);
  }

  /**
   * One of a cluster.
   *
   * @param join as {@link ClusterPlace#join}
   */
  void inCluster(
      String name, String host, int port, List<InetSocketAddress> join, Set<NodeRole> roles) {
    ClusterPlace place;
    try {
      place = new ClusterPlace(name, host, port, join);
    } catch (IllegalArgumentException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
    run(config(defaults().at(place, roles)), false);
  }

  private void run(NodeConfig config, boolean isDemo) {
    terminal.progress("Starting a node with its state in " + options.data);
    try (Node node = Node.start(config);
        Closeable customers = isDemo ? DemoServer.start(options.data) : () -> {}) {
      Optional<String> call =
          customers instanceof DemoServer server
              ? Optional.of(demo(node, server))
              : Optional.empty();
      terminal.line(
          "Leat is ready at %s (operator token: %s)".formatted(node.url(), node.operatorToken()));
      call.ifPresent(terminal::line);
      if (!options.isStoppedWhenReady) {
        awaitEnd(node);
      }
    } catch (IOException e) {
      throw Failure.refused("The node cannot start: " + e.getMessage());
    }
  }

  private NodeConfig defaults() {
    if (options.port < 0 || options.port > PORT_MAX) {
      throw Failure.usage("--port must be 0-" + PORT_MAX + ", was " + options.port);
    }
    NodeConfig embedded = NodeConfig.embedded(options.data, options.host, options.port);
    try {
      return embedded.with(OtelVariables.read(System.getenv()));
    } catch (IllegalArgumentException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
  }

  private NodeConfig config(NodeConfig defaults) {
    if (options.config == null) {
      return defaults;
    }
    try {
      return NodeConfigFile.apply(options.config, defaults);
    } catch (IOException e) {
      throw LocalFiles.failure("read", options.config, e);
    } catch (NodeConfigFile.InvalidConfig e) {
      throw Failure.refused(String.valueOf(e.getMessage()));
    }
  }

  private String demo(Node node, DemoServer customers) {
    terminal.progress("Deploying the demo's functions");
    URI server = URI.create(node.url());
    BearerToken operator = new BearerToken(LocalFiles.readText(node.operatorToken()).strip());
    return new Demo(
            new ApiClient(server, operator),
            server,
            options.data,
            InstantSource.system(),
            customers,
            node::setUp,
            terminal::error)
        .prepare(Demo.SAMPLES.stream().map(Sample::load).toList());
  }

  /**
   * The JVM ends when a signal comes and its hooks, of which this adds one, have run; or the node
   * has to end by itself.
   */
  private static void awaitEnd(Node node) {
    Runtime.getRuntime().addShutdownHook(new Thread(node::close, "leat-stop"));
    try {
      node.awaitReplaced();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    node.close();
    throw Failure.refused(
        "The node has stopped: another has taken its name. Start it again, or give it another --name.");
  }
}
