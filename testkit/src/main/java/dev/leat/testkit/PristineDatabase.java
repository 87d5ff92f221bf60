package dev.leat.testkit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * A database that goes back to what it is now. It holds a connection of its own. Confined to one
 * thread at a time.
 */
final class PristineDatabase implements AutoCloseable {
  private final String url;
  private final String user;
  private final Dialect dialect;
  private final Connection connection;
  private final List<String> restoring;
  private final String look;

  PristineDatabase(String url, String user, Dialect dialect) {
    this.url = url;
    this.user = user;
    this.dialect = dialect;
    try {
      this.connection = DriverManager.getConnection(url, user, "");
      try (Statement statement = connection.createStatement()) {
        this.restoring = dialect.restoring(statement);
        this.look = dialect.look(statement);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("Looking at " + url, e);
    }
  }

  TestDatabase open(TestDatabase.Closed closed) {
    return new TestDatabase(url, user, closed);
  }

  /** Puts rows and sequences back; says whether that makes it what it was. */
  boolean restore() {
    try (Statement statement = connection.createStatement()) {
      for (String each : restoring) {
        statement.execute(each);
      }
      return dialect.look(statement).equals(look);
    } catch (SQLException e) {
      // A test ended its connections, still locks it, or took a table away.
      return false;
    }
  }

  /** Lets go of it. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // Its server has ended it.
    }
  }
}
