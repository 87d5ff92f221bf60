package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeConfigFileTest {
  @TempDir Path directory;
  private NodeConfig defaults;

  @BeforeEach
  void defaults() {
    defaults = NodeConfig.embedded(directory, "127.0.0.1", 0);
  }

  @Test
  void apply_knownKeys_overrideTheDefaults() throws IOException {
    Path password = Files.writeString(directory.resolve("password"), "s3cret\n");

    NodeConfig config =
        apply(
            """
            database: {url: "jdbc:postgresql://127.0.0.1/leat", user: leat, password-file: %s}
            worker: {guest-threads: 3}
            compile: {max-seconds: 7, memory-mb: 9}
            """
                .formatted(password));

    assertThat(config.database().url()).isEqualTo("jdbc:postgresql://127.0.0.1/leat");
    assertThat(config.database().password().value()).isEqualTo("s3cret");
    assertThat(config.worker().guestThreads()).isEqualTo(3);
    assertThat(config.worker().threadsPerTenant()).isEqualTo(3);
    assertThat(config.compiling().time()).hasSeconds(7);
    assertThat(config.compiling().heapBytes()).isEqualTo(9 << 20);
    assertThat(config.toString()).doesNotContain("s3cret");
  }

  @Test
  void apply_emptyFile_changesNothing() throws IOException {
    assertThat(apply("")).isEqualTo(defaults);
  }

  @Test
  void apply_severalProblems_tellsThemAll() {
    assertThatThrownBy(() ->
            apply(
                """
                database: {url: "mysql:x", passwort: y}
                worker: {guest-threads: 0}
                wörker: 1
                """))
        .isInstanceOf(NodeConfigFile.InvalidConfig.class)
        .hasMessageContainingAll(
            "4 problem", "database.url", "database.passwort", "worker.guest-threads", "wörker");
  }

  @Test
  void apply_notYaml_saysSo() {
    assertThatThrownBy(() -> apply("a: [b"))
        .isInstanceOf(NodeConfigFile.InvalidConfig.class)
        .hasMessageContaining("not well-formed YAML");
  }

  private NodeConfig apply(String yaml) throws IOException {
    return NodeConfigFile.apply(
        Files.writeString(directory.resolve("leat-node.yaml"), yaml), defaults);
  }
}
