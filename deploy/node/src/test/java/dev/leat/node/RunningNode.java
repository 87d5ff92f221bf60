package dev.leat.node;

import dev.leat.testkit.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

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
