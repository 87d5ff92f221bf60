package dev.leat.tenants.jdbi;

import dev.leat.contract.TenantId;
import dev.leat.tenants.StoreFailure;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.HandleConsumer;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;
import org.jspecify.annotations.Nullable;

/** A database as the stores use it: one transaction per operation, instants in UTC. */
final class Database {
  private final Jdbi jdbi;

  Database(DataSource source) {
    this.jdbi = Jdbi.create(source).registerArgument(new InstantArgument());
    // The default repeats bound values, secrets among them, in every failure's message.
    jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
  }

  /**
   * Does this in one transaction.
   *
   * @param operation what it does, with the names concerned, for the message of a failure
   */
  <T extends @Nullable Object> T inTransaction(
      String operation, HandleCallback<T, RuntimeException> work) {
    try {
      return jdbi.inTransaction(work);
    } catch (JdbiException e) {
      throw new StoreFailure(operation, isPassing(e), e);
    }
  }

  /** Does this in one transaction. */
  void useTransaction(String operation, HandleConsumer<RuntimeException> work) {
    inTransaction(operation, work.asCallback());
  }

  static boolean exists(Handle handle, TenantId tenant) {
    return find(handle, "SELECT id FROM tenants WHERE id = :tenant", tenant);
  }

  /**
   * Whether the tenant exists; if so, nobody else changes what is its own, or deletes it, before
   * this transaction ends.
   */
  static boolean lock(Handle handle, TenantId tenant) {
    return find(handle, "SELECT id FROM tenants WHERE id = :tenant FOR UPDATE", tenant);
  }

  private static boolean find(Handle handle, String sql, TenantId tenant) {
    return handle
        .createQuery(sql)
        .bind("tenant", tenant.value())
        .mapTo(String.class)
        .findOne()
        .isPresent();
  }

  /** The instant in this column. */
  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /** Connection trouble (SQLSTATE class 08), lost races (40) and shutdowns (57) pass. */
  private static boolean isPassing(@Nullable Throwable failure) {
    return switch (failure) {
      case null -> false;
      case SQLTransientException e -> true;
      case SQLRecoverableException e -> true;
      case SQLException e when e.getSQLState() != null && e.getSQLState().matches("(08|40|57).*") ->
          true;
      default -> isPassing(failure.getCause());
    };
  }

  /**
   * An instant with its offset. JDBI's own goes through {@code java.sql.Timestamp}, which H2 reads
   * in the session's time zone: ambiguous in the hour that summer time ends.
   */
  private static final class InstantArgument extends AbstractArgumentFactory<Instant> {
    InstantArgument() {
      super(Types.TIMESTAMP_WITH_TIMEZONE);
    }

    @Override
    protected Argument build(Instant value, ConfigRegistry config) {
      return (position, statement, context) ->
          statement.setObject(position, value.atOffset(ZoneOffset.UTC));
    }
  }
}
