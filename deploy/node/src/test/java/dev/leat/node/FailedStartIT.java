package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that cannot start says why and what to do, and lets go of all it took. */
class FailedStartIT {
  /** Of no service. */
  private static final int CLOSED_PORT = 1;

  @TempDir private Path directory;

  @Test
  void start_postgresDown_saysWhatToDo() {
    DatabaseConfig away =
        new DatabaseConfig(
            "jdbc:postgresql://127.0.0.1:%d/leat?password=hidden".formatted(CLOSED_PORT),
            "leat",
            new Secret("hidden"),
            DatabaseConfig.POOL_SIZE);

    assertCannotStart(
        embedded().with(away),
        "The database jdbc:postgresql://127.0.0.1:1/leat cannot be reached: Connection refused."
            + " Start it, or correct database.url.");
  }

  @Test
  void start_corruptDatabaseFile_saysWhatToDo() throws IOException {
    Files.writeString(directory.resolve("leat.mv.db"), "this is no database ".repeat(1_000));

    assertCannotStart(
        embedded(),
        "The database jdbc:h2:file:%s/leat is corrupt. Restore the data directory from a backup, or"
                .formatted(directory)
            + " move its leat.mv.db away to begin without what it holds.");
  }

  @Test
  void start_databaseFileEmptied_doesNotBeginAnew() throws IOException {
    RunningNode.start(directory).close();
    Files.write(directory.resolve("leat.mv.db"), new byte[0]);

    assertCannotStart(
        embedded(),
        ("The database jdbc:h2:file:%s/leat is empty, though a node has run here: its file has lost"
                    + " what it held. Restore the data directory from a backup,")
                .formatted(directory)
            + " or move its leat.mv.db away to begin without what it held.");
  }

  /** A node that was killed before it had started once has left an empty file. */
  @Test
  void start_databaseFileEmptyFromTheFirst_begins() throws IOException {
    Files.createFile(directory.resolve("leat.mv.db"));

    RunningNode.start(directory).close();
  }

  @Test
  void start_blobsAreAFile_saysWhatToDo() throws IOException {
    Path blobs = Files.createFile(directory.resolve("blobs"));

    assertCannotStart(
        embedded(),
        "%s cannot be used: it is a file. Mend that, or choose another directory with --data."
            .formatted(blobs));
  }

  @Test
  void start_tablesOfALaterVersion_saysSo() throws Exception {
    RunningNode.start(directory).close();
    try (var connection =
            java.sql.DriverManager.getConnection(
                DatabaseConfig.embedded(directory).url(), "leat", "");
        var statement = connection.createStatement()) {
      statement.execute("UPDATE flyway_tenants SET version = '900' WHERE version = '1'");
    }

    assertThatThrownBy(() -> Node.start(embedded()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Bringing the tables of tenants to this version failed: ")
        .hasMessageNotContaining("\n");
  }

  /** And it can where that is mended, so it holds neither the directory nor the database. */
  private void assertCannotStart(NodeConfig config, String message) {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> Node.start(config))
          .isInstanceOf(IOException.class)
          .hasMessage(message);
    }
    try {
      Files.deleteIfExists(directory.resolve("leat.mv.db"));
      if (Files.isRegularFile(directory.resolve("blobs"))) {
        Files.delete(directory.resolve("blobs"));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    RunningNode.start(directory).close();
  }

  private NodeConfig embedded() {
    return NodeConfig.embedded(directory, NodeConfig.DEFAULT_HOST, 0);
  }
}
