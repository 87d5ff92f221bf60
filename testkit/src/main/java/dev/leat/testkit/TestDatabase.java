package dev.leat.testkit;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A database of a test's own: H2 in memory, or a schema in a real PostgreSQL server that one JVM
 * starts once. It is empty, and gone when closed; where tests want tables in it, {@link
 * MigratedDatabases} has such.
 */
public final class TestDatabase implements AutoCloseable {
  private static final Object STARTING = new Object();
  private static @Nullable EmbeddedPostgres server;

  private final HikariDataSource pool;
  private final Closed closed;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  private TestDatabase(String url, String user) {
    this(url, user, inUse -> {});
  }

  /** One that is there already. */
  TestDatabase(String url, String user, Closed closed) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(user);
    config.setMaximumPoolSize(8);
    // Most tests use one or two; a connection costs PostgreSQL a process.
    config.setMinimumIdle(1);
    this.pool = new HikariDataSource(config);
    this.closed = closed;
  }

  /** Hears once that the test is over. */
  interface Closed {
    /**
     * @param inUse whether someone still held a connection
     */
    void closed(boolean inUse);
  }

  /** H2 in memory, in the PostgreSQL mode that the product uses. */
  public static TestDatabase h2() {
    return h2(UUID.randomUUID().toString());
  }

  /** The same of this name, which whoever knows it opens too. */
  public static TestDatabase h2(String name) {
    return new TestDatabase(
        "jdbc:h2:mem:"
            + name
            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1",
        "sa");
  }

  /**
   * A new schema in a real PostgreSQL: made in milliseconds, where a database takes a fifth of a
   * second.
   */
  public static TestDatabase postgres() {
    String name = "test_" + UUID.randomUUID().toString().replace("-", "");
    EmbeddedPostgres running = server();
    try (Connection connection = running.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA " + name);
    } catch (SQLException e) {
      throw new IllegalStateException("Creating schema " + name, e);
    }
    return new TestDatabase(
        running.getJdbcUrl("postgres", "postgres") + "&currentSchema=" + name, "postgres");
  }

  /** By which others open it, too. */
  public String url() {
    return pool.getJdbcUrl();
  }

  String user() {
    return pool.getUsername();
  }

  public DataSource dataSource() {
    return pool;
  }

  /** Does this in a transaction of its own, behind the back of those who are tested. */
  public void execute(String sql) {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Ends all connections; again it does nothing. */
  @Override
  public void close() {
    if (isClosed.compareAndSet(false, true)) {
      boolean inUse = pool.getHikariPoolMXBean().getActiveConnections() > 0;
      pool.close();
      closed.closed(inUse);
    }
  }

  private static EmbeddedPostgres server() {
    synchronized (STARTING) {
      if (server == null) {
        try {
          server = EmbeddedPostgres.builder().start();
        } catch (IOException e) {
          throw new UncheckedIOException("Starting PostgreSQL", e);
        }
      }
      return server;
    }
  }
}
