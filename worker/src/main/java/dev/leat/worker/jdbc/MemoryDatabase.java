package dev.leat.worker.jdbc;

import dev.leat.contract.ConnectionUrl;
import dev.leat.contract.DatabaseLogin;
import dev.leat.contract.TenantId;
import dev.leat.worker.capability.database.Databases;
import dev.leat.worker.capability.database.SqlFailure;
import dev.leat.worker.capability.database.SqlSession;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * A database in memory that a script makes, behind every connection that is asked for: for whoever
 * tries a function without a node. It is H2, as an embedded connection is.
 */
public final class MemoryDatabase implements Databases, AutoCloseable {
  private final String script;
  private final Executor blocking;
  private final ScheduledExecutorService housekeeping =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
  private final ConnectionPool pool;

  /**
   * @param script statements of its author's, which may do what they will
   * @param blocking virtual threads
   * @throws SqlFailure if the script fails
   */
  public MemoryDatabase(String script, Executor blocking) {
    this.script = script;
    this.blocking = blocking;
    DatabaseLogin login =
        new DatabaseLogin(
            new ConnectionUrl.H2Memory("local-" + UUID.randomUUID()),
            "local",
            "local",
            Instant.EPOCH);
    this.pool =
        new ConnectionPool(
            "memory",
            login,
            new EmbeddedDatabase(new TenantId("local"), "memory", login, Path.of(".")),
            blocking,
            housekeeping,
            Thread.ofPlatform().daemon().factory());
    try {
      run(script);
    } catch (SqlFailure e) {
      close();
      throw e;
    }
  }

  @Override
  public Optional<SqlSession> session(TenantId tenant, String connection) {
    return Optional.of(new JdbcSession(pool, blocking));
  }

  /** As the script made it. */
  public void forget() {
    run("DROP ALL OBJECTS");
    run(script);
  }

  private void run(String statements) {
    try (Connection connection = pool.connection();
        Statement statement = connection.createStatement()) {
      statement.execute(statements);
    } catch (SQLException e) {
      throw Failures.of(e);
    }
  }

  @Override
  public void close() {
    try {
      run("SHUTDOWN");
    } catch (SqlFailure e) {
      // It ends with this JVM, then.
    } finally {
      pool.close();
      housekeeping.shutdownNow();
    }
  }
}
