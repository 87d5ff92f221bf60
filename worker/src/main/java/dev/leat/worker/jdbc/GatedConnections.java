package dev.leat.worker.jdbc;

import dev.leat.contract.ConnectionUrl;
import dev.leat.contract.DatabaseLogin;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Connections to an H2 server, each through an {@link AnswerGate} of its own: H2's driver reads the
 * rows that it asks for whole, however long each is, and has no setting for how much.
 */
final class GatedConnections implements DataSource, AutoCloseable {
  /**
   * What the driver reads of one answer. Its JSON may have half as much, since H2 sends each
   * character in two bytes.
   */
  static final long ANSWER_BYTES_MAX = (2 << 20) + (64 << 10);

  private final ConnectionUrl.H2Server server;
  private final DatabaseLogin login;
  private final Executor blocking;

  /** An entry goes with its connection; its gate ends with that. */
  private final Map<Connection, AnswerGate> gates =
      Collections.synchronizedMap(new WeakHashMap<>());

  /** Those of connections that are being made, too. */
  private final Set<AnswerGate> open = ConcurrentHashMap.newKeySet();

  private volatile boolean isClosed;

  GatedConnections(ConnectionUrl.H2Server server, DatabaseLogin login, Executor blocking) {
    this.server = server;
    this.login = login;
    this.blocking = blocking;
  }

  @Override
  public Connection getConnection() throws SQLException {
    AnswerGate gate;
    try {
      gate =
          new AnswerGate(
              server.host().replaceAll("[\\[\\]]", ""), server.port(), ANSWER_BYTES_MAX, blocking);
    } catch (IOException e) {
      throw new SQLNonTransientConnectionException("No way to the server", "08001", e);
    }
    open.removeIf(AnswerGate::isClosed);
    open.add(gate);
    if (isClosed) { // asked after it was added: whoever closes sees it, or this does
      gate.close();
      throw new SQLNonTransientConnectionException("The pool is closed", "08003");
    }
    String url =
        "jdbc:h2:%s://127.0.0.1:%d/%s"
            .formatted(server.isEncrypted() ? "ssl" : "tcp", gate.port(), server.database());
    try {
      Connection connection = DriverManager.getConnection(url, login.user(), login.password());
      gates.put(connection, gate);
      return connection;
    } catch (SQLException e) {
      gate.close();
      throw e;
    }
  }

  /** Whether this ended because of an answer. */
  boolean isExceeded(Connection connection) {
    AnswerGate gate = gates.get(connection);
    return gate != null && gate.isExceeded();
  }

  /** Hangs up on all, for good: H2's driver aborts no connection. */
  @Override
  public void close() {
    isClosed = true;
    open.forEach(AnswerGate::close);
  }

  /** By the same login whatever is said: the pool says it, too. */
  @Override
  public Connection getConnection(@Nullable String user, @Nullable String password)
      throws SQLException {
    return getConnection();
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) {
    // It says nothing.
  }

  @Override
  public void setLoginTimeout(int seconds) {
    // The gate's patience holds.
  }

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("Nothing is wrapped");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
