package dev.leat.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.node.Guests;
import dev.leat.node.NodeUnderTest.Workshop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is told to end while it prepares instances that nobody will need. */
class StopUnderAttackIT {
  private static final Duration STOP_MAX = Duration.ofSeconds(5);

  @TempDir private Path directory;

  @Test
  void terminate_whileInstancesArePrepared_takesSeconds() {
    try (SeparateNode node = SeparateNode.start(directory)) {
      List<Workshop> tenants = Stream.of("first", "second").map(node::workshop).toList();
      tenants.parallelStream().forEach(SlowFunctions::deploy);
      SlowFunctions.awaitPreparing(node);
      Workshop neighbour = node.workshop("neighbour");
      neighbour.deployPublic("echo", Guests.echo());
      assertThat(neighbour.call("POST", "echo").body("go on").send().text()).isEqualTo("go on");

      Duration took = node.terminate();

      assertThat(took).isLessThan(STOP_MAX);
      assertThat(node.defects()).isEmpty();
    }
  }
}
