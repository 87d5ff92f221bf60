package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code leat node}, where it cannot be one of a cluster. LeatTest has how it may be typed. */
class ClusterNodeTest {
  @TempDir private Path directory;

  @Test
  void node_onH2_isRefusedWithTheRemedy() {
    Cli.Result result = node();

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .startsWith(
            "The node cannot start: A cluster needs PostgreSQL, the same for all of its nodes; the"
                + " database is jdbc:h2:file:")
        .endsWith(
            "Set database.url in the file of --config to one that starts with jdbc:postgresql:.\n")
        .hasLineCount(1);
    assertThat(directory.resolve("data")).doesNotExist();
  }

  @Test
  void node_withModulesOfItsOwn_isRefused() throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("node.yaml"),
            "database: {url: 'jdbc:postgresql://127.0.0.1:1/leat'}\nblobs: files\n");

    Cli.Result result = node("--config", config);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            "The node cannot start: A cluster needs its modules where all of its nodes find them;"
                + " blobs is files. Set it to database or s3, or leave it out.\n");
  }

  @Test
  void address_isAHostAndAPort() {
    assertThat(ClusterNode.address("node-2.example:7000"))
        .isEqualTo(InetSocketAddress.createUnresolved("node-2.example", 7000));
    assertThat(ClusterNode.address("[::1]:7000"))
        .isEqualTo(InetSocketAddress.createUnresolved("::1", 7000));
  }

  private Cli.Result node(Object... more) {
    Object[] words = {
      "node",
      "--data",
      directory.resolve("data"),
      "--name",
      "a",
      "--cluster-port",
      "0",
      "--bootstrap"
    };
    Object[] all = new Object[words.length + more.length];
    System.arraycopy(words, 0, all, 0, words.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return new Cli(directory).run(all);
  }
}
