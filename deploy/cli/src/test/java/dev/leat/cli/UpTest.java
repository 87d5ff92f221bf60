package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpTest {
  @TempDir private Path directory;

  @Test
  void up_databaseAway_saysSoInOneLine() throws IOException {
    Path config =
        Files.writeString(
            directory.resolve("leat-node.yaml"),
            "database: {url: \"jdbc:postgresql://127.0.0.1:1/leat\", user: leat}\n");

    Cli.Result result =
        new Cli(directory).run("up", "--data", directory.resolve("data"), "--config", config);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .isEqualTo(
            "The node cannot start: The database jdbc:postgresql://127.0.0.1:1/leat cannot be"
                + " reached: Connection refused. Start it, or correct database.url.\n");
  }
}
