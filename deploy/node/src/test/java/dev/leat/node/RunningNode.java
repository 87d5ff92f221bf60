package dev.leat.node;

import dev.leat.contract.NodeRole;
import dev.leat.testkit.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/** A node on a free port in this process. */
final class RunningNode extends NodeUnderTest {
  final Node node;

  private RunningNode(Node node) {
    super(node.url(), node.operatorToken());
    this.node = node;
  }

  static RunningNode start(Path directory) {
    return start(NodeConfig.embedded(directory, NodeConfig.DEFAULT_HOST, 0));
  }

  /**
   * A node of a cluster, with all roles.
   *
   * @param directory where each of its nodes has a directory by its name
   * @param tables the cluster's database
   * @param others whom it joins
   */
  static RunningNode start(
      Path directory, DatabaseConfig tables, String name, RunningNode... others) {
    return start(member(directory, tables, name, others));
  }

  /** How such a node is set up. */
  static NodeConfig member(
      Path directory, DatabaseConfig tables, String name, RunningNode... others) {
    List<InetSocketAddress> join = Arrays.stream(others).map(RunningNode::clusterAddress).toList();
    return NodeConfig.embedded(directory.resolve(name), NodeConfig.DEFAULT_HOST, 0)
        .with(tables)
        .at(
            new ClusterPlace(name, NodeConfig.DEFAULT_HOST, 0, join),
            EnumSet.allOf(NodeRole.class));
  }

  /** Where the first member that it knows of is reached by others: itself, where it is alone. */
  InetSocketAddress clusterAddress() {
    String text =
        request("GET", "/v1/cluster")
            .operator()
            .send()
            .json()
            .at("/members/0/clusterAddress")
            .asText();
    int colon = text.lastIndexOf(':');
    return InetSocketAddress.createUnresolved(
        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  static RunningNode start(NodeConfig config) {
    try {
      return new RunningNode(Node.start(config));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** After all requests have ended: nothing is held for any of them. */
  void assertNothingHeld() {
    Eventually.holds("no invocation in flight", () -> node.assembly.scheduler.inFlight() == 0);
    Eventually.holds("no memory held for bodies", () -> node.assembly.bodies.held() == 0);
  }

  @Override
  public void close() {
    super.close();
    node.close();
  }
}
