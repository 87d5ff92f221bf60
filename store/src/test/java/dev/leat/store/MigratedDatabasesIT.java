package dev.leat.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.testkit.DatabaseDump;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Function;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A test's database of {@link MigratedDatabases} has nothing of the test before. Here, where a
 * PostgreSQL runs anyway.
 */
@ParameterizedClass
@EnumSource
final class MigratedDatabasesIT {
  private static final MigratedDatabases DATABASES =
      new MigratedDatabases(MigratedDatabasesIT::makeTables);

  private final Kind kind;

  MigratedDatabasesIT(Kind kind) {
    this.kind = kind;
  }

  enum Kind {
    H2(MigratedDatabases::h2, "SHUTDOWN"),
    POSTGRES(
        MigratedDatabases::postgres,
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
        """);

    private final Function<MigratedDatabases, TestDatabase> open;
    private final String killing;

    Kind(Function<MigratedDatabases, TestDatabase> open, String killing) {
      this.open = open;
      this.killing = killing;
    }
  }

  /** Sequences, references, and values that are hard to write. */
  private static void makeTables(DataSource source) {
    new Database(source)
        .useTransaction(
            "Making tables",
            handle -> {
              handle.execute(
                  """
                  CREATE TABLE parents (
                    id    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                    bytes BYTEA NOT NULL,
                    at    TIMESTAMP WITH TIME ZONE NOT NULL,
                    text  VARCHAR(100))
                  """);
              handle.execute(
                  "CREATE TABLE children (parent BIGINT NOT NULL REFERENCES parents (id))");
              handle.execute(
                  """
                  INSERT INTO parents (bytes, at, text) VALUES
                    ('\\x00ff', '2026-01-01 00:00:00.123456Z', 'it''s \\ "q" %L %1$s; $$ ü'),
                    ('\\x', '2026-01-01 00:00:00Z', NULL)
                  """);
              handle.execute("INSERT INTO children (parent) SELECT id FROM parents");
              handle.execute("CREATE SEQUENCE fences");
            });
  }

  @Test
  void open_afterRowsAndSequencesChanged_isTheSameAsItWas() throws SQLException {
    String url;
    String before;
    try (TestDatabase first = open()) {
      url = first.url();
      before = DatabaseDump.of(first.dataSource());
      use(first);
      first.execute("DELETE FROM children");
      first.execute("DELETE FROM parents");
    }

    for (int i = 0; i < 3; i++) {
      try (TestDatabase next = open()) {
        assertThat(next.url()).isEqualTo(url);
        assertThat(DatabaseDump.of(next.dataSource())).isEqualTo(before);
        use(next);
      }
    }
  }

  /** Writes rows, of which the first of each has the number that follows those of the beginning. */
  private static void use(TestDatabase database) {
    database.execute("INSERT INTO parents (bytes, at) VALUES ('\\xff', CURRENT_TIMESTAMP)");
    database.execute("INSERT INTO children (parent) VALUES (3)");
    long fence =
        new Database(database.dataSource())
            .read(
                "Taking a fence",
                handle -> handle.createQuery("SELECT nextval('fences')").mapTo(Long.class).one());
    assertThat(fence).isEqualTo(1);
  }

  @Test
  void open_again_holdsReferences() {
    open().close();

    try (TestDatabase next = open()) {
      assertThatThrownBy(() -> next.execute("INSERT INTO children (parent) VALUES (99)"))
          .hasRootCauseInstanceOf(SQLException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE more (id INT)",
        "CREATE VIEW more AS SELECT * FROM parents",
        "CREATE INDEX more ON parents (text)",
        "CREATE SEQUENCE more",
        "DROP TABLE children",
        "DROP TABLE parents CASCADE",
        "ALTER TABLE parents ADD COLUMN more INT",
        "ALTER TABLE parents DROP COLUMN text",
        "ALTER TABLE parents ALTER COLUMN text SET DEFAULT 'more'",
        "ALTER TABLE parents ALTER COLUMN at DROP NOT NULL",
        "ALTER TABLE parents ADD CONSTRAINT more CHECK (id > 0)",
        "ALTER TABLE parents RENAME TO more",
        "ALTER SEQUENCE fences INCREMENT BY 2",
      })
  void open_afterMoreThanRowsChanged_isAnother(String change) throws SQLException {
    String url;
    String before;
    try (TestDatabase first = open()) {
      url = first.url();
      before = DatabaseDump.of(first.dataSource());
      first.execute(change);
    }

    try (TestDatabase next = open()) {
      assertThat(next.url()).isNotEqualTo(url);
      assertThat(DatabaseDump.of(next.dataSource())).isEqualTo(before);
    }
  }

  @Test
  void open_whileOneIsUsed_isAnother() {
    try (TestDatabase first = open();
        TestDatabase second = open()) {
      assertThat(second.url()).isNotEqualTo(first.url());
      use(first);
      use(second);
    }
  }

  @Test
  void open_afterItWasClosedTwice_isGivenToOne() {
    TestDatabase first = open();
    first.close();
    first.close();

    try (TestDatabase second = open();
        TestDatabase third = open()) {
      assertThat(second.url()).isEqualTo(first.url());
      assertThat(third.url()).isNotEqualTo(first.url());
      assertThatThrownBy(() -> first.dataSource().getConnection()).isInstanceOf(SQLException.class);
    }
  }

  @Test
  void open_whileAConnectionOfThatBeforeIsHeld_isAnother() throws SQLException {
    TestDatabase first = open();
    try (Connection held = first.dataSource().getConnection()) {
      first.close();

      try (TestDatabase next = open()) {
        assertThat(next.url()).isNotEqualTo(first.url());
        assertThat(held.isClosed()).isFalse();
      }
    }
  }

  @Test
  void open_afterItsConnectionsWereEnded_isAnother() {
    String url;
    try (TestDatabase first = open()) {
      url = first.url();
      try (Connection connection = first.dataSource().getConnection()) {
        connection.createStatement().execute(kind.killing);
      } catch (SQLException e) {
        // So is this one.
      }
    }

    try (TestDatabase next = open()) {
      assertThat(next.url()).isNotEqualTo(url);
      use(next);
    }
  }

  /** Rows that are deleted take room still, and PostgreSQL's plans heed how much. */
  @Test
  void open_afterManyRows_isAsIfTheyHadNeverBeen() throws SQLException {
    String url;
    try (TestDatabase first = open()) {
      url = first.url();
      first.execute(
          """
          INSERT INTO parents (bytes, at, text)
          SELECT '\\xff', CURRENT_TIMESTAMP, '%1$s'
          FROM (%2$s) a, (%2$s) b, (%2$s) c
          """
              .formatted("x".repeat(100), "VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)"));
    }

    try (TestDatabase next = open()) {
      if (kind == Kind.POSTGRES) {
        assertThat(next.url()).isNotEqualTo(url);
      }
      use(next);
    }
  }

  private TestDatabase open() {
    return kind.open.apply(DATABASES);
  }
}
