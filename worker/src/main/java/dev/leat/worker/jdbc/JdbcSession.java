package dev.leat.worker.jdbc;

import dev.leat.worker.capability.database.SqlFailure;
import dev.leat.worker.capability.database.SqlSession;
import dev.leat.worker.capability.database.SqlValue;
import dev.leat.worker.sql.SqlStatement;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A session on a connection of a pool, which it has only while it needs it. */
final class JdbcSession implements SqlSession {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcSession.class);

  private final ConnectionPool pool;
  private final Executor cancelling;
  private boolean inTransaction;
  private @Nullable Connection connection;
  private volatile boolean isCancelled;
  private volatile @Nullable Statement running;

  /**
   * @param cancelling threads that may block
   */
  JdbcSession(ConnectionPool pool, Executor cancelling) {
    this.pool = pool;
    this.cancelling = cancelling;
  }

  @Override
  public void begin() {
    inTransaction = true;
  }

  @Override
  public byte[] run(SqlStatement statement, List<SqlValue> parameters, Limits limits) {
    boolean isDone = false;
    try {
      Connection open = connected(inTransaction || statement.answersRows());
      pool.requireOwnNames(open, statement.withNames());
      byte[] answer = answer(open, statement, parameters, limits);
      if (!inTransaction && statement.answersRows()) {
        open.commit(); // only now, so that an answer that is too large undoes what was changed
      }
      isDone = true;
      return answer;
    } catch (SQLException e) {
      throw pool.isExceeded(connection) ? JsonRows.tooLarge("bytes") : Failures.of(e);
    } finally {
      if (!isDone || !inTransaction) {
        close();
      }
    }
  }

  private Connection connected(boolean isLater) throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = pool.connection();
      connection = open;
      if (isLater) {
        open.setAutoCommit(false);
      }
    }
    return open;
  }

  private byte[] answer(
      Connection open, SqlStatement statement, List<SqlValue> parameters, Limits limits)
      throws SQLException {
    try (PreparedStatement prepared = open.prepareStatement(statement.text())) {
      prepared.setQueryTimeout((int) seconds(limits.timeout()));
      if (!statement.changes()) {
        prepared.setMaxRows(limits.rows() + 1);
      }
      bind(prepared, parameters);
      running = prepared;
      if (isCancelled) {
        throw cancelled();
      }
      boolean hasRows = prepared.execute();
      JsonRows json = new JsonRows(limits);
      return hasRows
          ? json.write(prepared.getResultSet(), 0)
          : json.write(null, Math.max(0, prepared.getLargeUpdateCount()));
    } finally {
      running = null;
    }
  }

  /** Whole ones, the next larger: whoever waits cancels in time. */
  private static long seconds(Duration timeout) {
    return Math.max(1, timeout.plusMillis(999).toSeconds());
  }

  private static void bind(PreparedStatement prepared, List<SqlValue> parameters)
      throws SQLException {
    int at = 1;
    for (SqlValue parameter : parameters) {
      switch (parameter) {
        case SqlValue.Nothing nothing -> prepared.setNull(at, Types.NULL);
        case SqlValue.Truth(boolean value) -> prepared.setBoolean(at, value);
        case SqlValue.Whole(long value) -> prepared.setLong(at, value);
        case SqlValue.Decimal(BigDecimal value) -> prepared.setBigDecimal(at, value);
        case SqlValue.Text(String value) -> prepared.setString(at, value);
        case SqlValue.Bytes(byte[] value) -> prepared.setBytes(at, value);
      }
      at++;
    }
  }

  @Override
  public void commit() {
    Connection open = connection;
    try {
      if (open != null) {
        if (isCancelled) {
          throw cancelled();
        }
        open.commit();
      }
    } catch (SQLException e) {
      throw Failures.of(e);
    } finally {
      close();
    }
  }

  private static SqlFailure cancelled() {
    return new SqlFailure(SqlFailure.Kind.TIMEOUT, "", "Nobody waits for it any more", null);
  }

  /** The driver sees to it that no other statement of the connection is meant. */
  @Override
  public void cancel() {
    isCancelled = true;
    Statement meant = running;
    if (meant != null) {
      cancelling.execute(() -> cancel(meant));
    }
  }

  private static void cancel(Statement meant) {
    try {
      meant.cancel();
    } catch (SQLException e) {
      LOG.debug("A statement of a function cannot be cancelled", e);
    }
  }

  /** The pool undoes what was not committed. */
  @Override
  public void close() {
    Connection open = connection;
    connection = null;
    inTransaction = false;
    if (open == null) {
      return;
    }
    try {
      if (!open.getAutoCommit()) {
        open.rollback();
      }
    } catch (SQLException e) {
      LOG.debug("A function's transaction cannot be undone by its connection, which ends", e);
    }
    try {
      open.close();
    } catch (SQLException e) {
      LOG.debug("A connection of a function cannot be closed", e);
    }
  }
}
