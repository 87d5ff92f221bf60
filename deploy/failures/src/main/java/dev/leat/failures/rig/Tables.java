package dev.leat.failures.rig;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The tables of nodes, looked into and changed behind their backs. */
public final class Tables {
  private final Connections connections;

  private interface Connections {
    Connection open() throws SQLException;
  }

  private Tables(Connections connections) {
    this.connections = connections;
  }

  static Tables at(String url) {
    return new Tables(() -> DriverManager.getConnection(url));
  }

  /**
   * Those of the embedded database of a node that has ended.
   *
   * @param data the node's data directory
   */
  public static Tables embedded(Path data) {
    return new Tables(() ->
        DriverManager.getConnection(
            "jdbc:h2:file:"
                + data.toAbsolutePath().resolve("leat")
                + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE",
            "leat",
            ""));
  }

  /** Does this. */
  public void execute(String sql) {
    try (Connection connection = connections.open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** What this query counts. */
  public long count(String sql) {
    List<Long> counts = rows(sql, row -> row.getLong(1));
    return counts.isEmpty() ? 0 : counts.getFirst();
  }

  /** What a row is turned into. */
  @FunctionalInterface
  public interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** What this query finds. */
  public <T> List<T> rows(String sql, RowReader<T> reader) {
    try (Connection connection = connections.open();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      List<T> rows = new ArrayList<>();
      while (found.next()) {
        rows.add(reader.read(found));
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
