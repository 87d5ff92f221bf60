package dev.leat.worker.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.leat.contract.ConnectionUrl;
import dev.leat.contract.DatabaseLogin;
import dev.leat.contract.Limits;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open connections by one login. Unused ones are closed. Safe for several threads. */
final class ConnectionPool implements AutoCloseable {
  /** On each node. Whoever comes later waits for a connection, as long as a statement may take. */
  static final int CONNECTIONS_MAX = 4;

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionPool.class);

  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(5);
  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final Duration LIFETIME = Duration.ofMinutes(10);

  /** No invocation lasts longer, so a statement that does has lost its guest and its node. */
  private static final Duration STATEMENT_MAX = Limits.TIMEOUT_MAX.plusSeconds(10);

  /** What pgjdbc reads of one answer before it gives it up; its JSON may have half as much. */
  private static final String RESULT_BUFFER = "2M";

  /**
   * Tables of the platform. A user that sees them is one of its database, whatever the URL calls
   * it; one that does not has no right to them either.
   */
  private static final String PLATFORM =
      """
      SELECT COUNT(DISTINCT LOWER(table_name)) FROM information_schema.tables
      WHERE LOWER(table_name) IN ('publisher_keys', 'key_values', 'function_versions', 'change_counter')
      """;

  private static final int PLATFORM_TABLES = 3;

  private static final String TABLES_OF_NAMES =
      """
      SELECT 1 FROM information_schema.tables WHERE LOWER(table_name) = ANY(?)
      UNION ALL
      SELECT 1 FROM information_schema.synonyms WHERE LOWER(synonym_name) = ANY(?)
      """;

  private final DatabaseLogin login;
  private final HikariDataSource connections;

  /** Null unless it is an H2 server. */
  private final @Nullable GatedConnections gated;

  private final AtomicBoolean isChecked = new AtomicBoolean();
  private volatile long usedNanos = System.nanoTime();

  /**
   * Connects to nothing yet.
   *
   * @param embedded the database, if it is within the node
   * @param blocking virtual threads
   * @param housekeeping one for all pools
   */
  ConnectionPool(
      String name,
      DatabaseLogin login,
      @Nullable EmbeddedDatabase embedded,
      Executor blocking,
      ScheduledExecutorService housekeeping,
      ThreadFactory threads) {
    this.login = login;
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setUsername(login.user());
    config.setPassword(login.password());
    config.setMaximumPoolSize(CONNECTIONS_MAX);
    config.setMinimumIdle(0);
    config.setIdleTimeout(IDLE.toMillis());
    config.setMaxLifetime(LIFETIME.toMillis());
    config.setConnectionTimeout(CONNECT_PATIENCE.toMillis());
    config.setInitializationFailTimeout(-1);
    config.setRegisterMbeans(false);
    config.setScheduledExecutor(housekeeping);
    config.setThreadFactory(threads);
    gated =
        login.url() instanceof ConnectionUrl.H2Server server
            ? new GatedConnections(server, login, blocking)
            : null;
    if (gated != null) {
      config.setDataSource(gated);
    } else if (login.url() instanceof ConnectionUrl.Postgres postgres) {
      postgres(config, postgres);
    } else if (embedded != null) {
      config.setDriverClassName("org.h2.Driver");
      config.setJdbcUrl(embedded.url());
    }
    this.connections = new HikariDataSource(config);
  }

  private static void postgres(HikariConfig config, ConnectionUrl.Postgres url) {
    config.setDriverClassName("org.postgresql.Driver");
    config.setJdbcUrl(url.text());
    Properties properties = new Properties();
    // A text is whatever its column takes: a time, a UUID, JSON.
    properties.setProperty("stringtype", "unspecified");
    properties.setProperty("connectTimeout", Long.toString(CONNECT_PATIENCE.toSeconds()));
    properties.setProperty("cancelSignalTimeout", Long.toString(CONNECT_PATIENCE.toSeconds()));
    properties.setProperty("socketTimeout", Long.toString(STATEMENT_MAX.toSeconds()));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("maxResultBuffer", RESULT_BUFFER);
    properties.putIfAbsent("ApplicationName", "leat");
    if (url.parameters().getOrDefault("sslmode", "").startsWith("verify-")) {
      // By the JVM's certificates; the driver would look into the node's home directory.
      properties.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
    }
    config.setDataSourceProperties(properties);
    config.setConnectionInitSql(
        "SET statement_timeout = %d; SET idle_in_transaction_session_timeout = %d"
            .formatted(STATEMENT_MAX.toMillis(), STATEMENT_MAX.toMillis()));
  }

  /** Whether this opens what the login says. */
  boolean isOf(DatabaseLogin other) {
    return login.equals(other);
  }

  /** Blocks while all are in use. */
  Connection connection() throws SQLException {
    usedNanos = System.nanoTime();
    Connection connection = connections.getConnection();
    if (!isChecked.get()) {
      try {
        requireNotPlatform(connection);
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
      isChecked.set(true);
    }
    return connection;
  }

  private void requireNotPlatform(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet tables = statement.executeQuery(PLATFORM)) {
      if (tables.next() && tables.getInt(1) >= PLATFORM_TABLES) {
        LOG.warn(
            "A connection for functions is to the platform's own database, and is not used url={}",
            login.url().text());
        throw new SQLTransientConnectionException("The platform's own database", "42501");
      }
    }
  }

  /**
   * H2 takes a table for a query of {@code WITH} of the same name, which nobody was asked about.
   *
   * @throws SQLException if there is such a table
   */
  void requireOwnNames(Connection connection, Set<String> names) throws SQLException {
    if (names.isEmpty() || login.url() instanceof ConnectionUrl.Postgres) {
      return;
    }
    try (PreparedStatement query = connection.prepareStatement(TABLES_OF_NAMES)) {
      Array array = connection.createArrayOf("VARCHAR", names.toArray());
      query.setArray(1, array);
      query.setArray(2, array);
      try (ResultSet tables = query.executeQuery()) {
        if (tables.next()) {
          throw new SQLException("A query of WITH is called as a table is", "42501");
        }
      }
    }
  }

  /**
   * Whether a connection ended because an answer was larger than it may be; nobody gets it then.
   */
  boolean isExceeded(@Nullable Connection connection) {
    try {
      if (gated == null
          || connection == null
          || !gated.isExceeded(connection.unwrap(Connection.class))) {
        return false;
      }
    } catch (SQLException e) {
      return false;
    }
    connections.evictConnection(connection);
    return true;
  }

  boolean isUsed() {
    return connections.getHikariPoolMXBean().getActiveConnections() > 0;
  }

  long usedNanos() {
    return usedNanos;
  }

  /** What runs on its connections fails. */
  @Override
  public void close() {
    if (gated != null) {
      gated.close(); // else its driver waits for the end of what runs
    }
    connections.close();
  }
}
