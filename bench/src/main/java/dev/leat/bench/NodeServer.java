package dev.leat.bench;

import dev.leat.node.Node;
import dev.leat.node.NodeConfig;
import java.io.IOException;
import java.nio.file.Path;

/** A whole node, as {@code leat up} starts it, on the directory given. Ends with its input. */
public final class NodeServer {
  private NodeServer() {}

  public static void main(String[] arguments) throws IOException {
    try (Node node =
        Node.start(NodeConfig.embedded(Path.of(arguments[0]), NodeConfig.DEFAULT_HOST, 0))) {
      ChildServer.serving(node.url());
    }
  }
}
