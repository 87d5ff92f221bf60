package dev.leat.node;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import dev.leat.store.DatabaseCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The database of a node: a pool of connections, and a watch over it. */
final class NodeDatabase implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeDatabase.class);

  /** How long an operation waits for a connection before it answers that the store is away. */
  static final Duration CONNECTION_PATIENCE = Duration.ofSeconds(5);

  /** A statement whose answer does not come in this time has lost its server. */
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(60);

  private final DatabaseConfig config;
  private final WatchedPool pool = new WatchedPool();
  private final DatabaseWatch watch =
      new DatabaseWatch(new DatabaseCheck(this::open), this::reopen, this::renew, System::nanoTime);

  NodeDatabase(DatabaseConfig config) {
    this.config = config;
    pool.setPoolName("leat");
    pool.setJdbcUrl(config.url());
    pool.setUsername(config.user());
    pool.setPassword(config.password().value());
    pool.setMaximumPoolSize(config.poolSize());
    // The pool tries ever more seldom to keep a connection to PostgreSQL while that is away, and so
    // would find it again seconds late. H2 ends with its last connection.
    pool.setMinimumIdle(config.isPostgres() ? 0 : 1);
    pool.setConnectionTimeout(CONNECTION_PATIENCE.toMillis());
    pool.setDataSourceProperties(properties());
    pool.setExceptionOverride(new FailedStatements());
  }

  /** What the URL may say otherwise. */
  private Properties properties() {
    Properties properties = new Properties();
    if (config.isPostgres()) {
      properties.setProperty("connectTimeout", Long.toString(CONNECTION_PATIENCE.toSeconds()));
      properties.setProperty("socketTimeout", Long.toString(ANSWER_PATIENCE.toSeconds()));
      properties.setProperty("tcpKeepAlive", "true");
    }
    return properties;
  }

  /** The pool, to be used from when this was started; while the database is away it gives none. */
  DataSource connections() {
    return pool;
  }

  /**
   * Opens the database. The file of an embedded one, which holds the signing key, is made readable
   * by its owner only.
   *
   * @throws IOException if that fails; the message says why, and what to do about it
   */
  void start() throws IOException {
    if (config.file().isPresent()) {
      requireContent(config.file().get());
      OwnerOnly.file(config.file().get());
    }
    // First by a connection of its own, which fails at once: the pool would try again and again.
    try (Connection first = unpooled();
        Connection pooled = pool.unwatched()) {
      LOG.debug("Database opened first={} pooled={}", first, pooled);
    } catch (SQLException e) {
      pool.close();
      throw new IOException(DatabaseFault.describe(config, e), e);
    }
  }

  /** H2 would begin anew in an empty file, as if the node had never held anything. */
  private void requireContent(Path file) throws IOException {
    if (Files.exists(file)
        && Files.size(file) == 0
        && Files.exists(file.resolveSibling(DataDirectory.OPERATOR_TOKEN))) {
      throw new IOException(DatabaseFault.emptied(config));
    }
  }

  private Connection unpooled() throws SQLException {
    Properties login = properties();
    login.setProperty("user", config.user());
    login.setProperty("password", config.password().value());
    return DriverManager.getConnection(config.url(), login);
  }

  /** For the watch: while PostgreSQL is away not from the pool, which waits and tries again. */
  private Connection open() throws SQLException {
    return config.isPostgres() && watch.isAlarmed() ? unpooled() : pool.unwatched();
  }

  DatabaseWatch watch() {
    return watch;
  }

  /**
   * Has H2's database opened anew by the next connection. It stays as it is while connections to it
   * are open, whatever became of its file; this command ends it and fails with that it has ended.
   */
  private void reopen() {
    try (Connection connection = pool.unwatched();
        Statement statement = connection.createStatement()) {
      statement.execute("SHUTDOWN IMMEDIATELY");
    } catch (SQLException e) {
      LOG.debug("The database was closed to be opened anew", e);
    }
    pool.getHikariPoolMXBean().softEvictConnections();
  }

  /**
   * The pool takes a connection that was used in the last half second for a good one, though the
   * database may have gone and come back since. H2 has no connections that break by themselves.
   */
  private void renew() {
    if (config.isPostgres()) {
      pool.getHikariPoolMXBean().softEvictConnections();
    }
  }

  @Override
  public void close() {
    pool.close();
  }

  /** Lets nobody wait for a connection to a database that is known to be away. */
  private final class WatchedPool extends HikariDataSource {
    @Override
    public Connection getConnection() throws SQLException {
      if (!watch.isAvailable()) {
        throw new SQLTransientConnectionException("The database is away");
      }
      return super.getConnection();
    }

    Connection unwatched() throws SQLException {
      return super.getConnection();
    }
  }

  /** Tells the watch, and has the pool let go of connections to a database that was closed. */
  private final class FailedStatements implements SQLExceptionOverride {
    @java.lang.Override
    public Override adjudicate(SQLException failure) {
      watch.failed(failure);
      return DatabaseCheck.hasClosedItself(failure) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }
  }
}
