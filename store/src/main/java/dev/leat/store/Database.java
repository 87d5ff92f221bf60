package dev.leat.store;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionFactory;
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

/**
 * A database as stores use it: whole transactions, instants in UTC, and failures that say what was
 * tried. Each operation is named for the message of its failure, with the names concerned. Every
 * method blocks and throws {@link StoreFailure}.
 */
public final class Database {
  private static final String UNIQUE_VIOLATION = "23505";

  /**
   * Classes of SQLSTATE that pass: connection trouble, lost races, no room (a full disk),
   * shutdowns, input and output.
   */
  private static final Set<String> PASSING_CLASSES = Set.of("08", "40", "53", "57", "58");

  /** PostgreSQL's, of a statement that waited for a lock for as long as it may. */
  static final String LOCK_NOT_AVAILABLE = "55P03";

  /** PostgreSQL's, of a transaction that stood still for too long and was undone. */
  private static final String STOOD_STILL = "25P03";

  /** The latter two H2 says of a database that closed itself when its file could not be written. */
  private static final Set<String> PASSING_STATES =
      Set.of(LOCK_NOT_AVAILABLE, STOOD_STILL, "90098", "90121");

  private final Jdbi jdbi;

  public Database(DataSource source) {
    this(source::getConnection);
  }

  Database(ConnectionFactory connections) {
    this.jdbi = Jdbi.create(connections).registerArgument(new InstantArgument());
    // The default repeats bound values, secrets among them, in every failure's message.
    jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
  }

  /** Does this outside of a transaction: for a single query. */
  public <T extends @Nullable Object> T read(
      String operation, HandleCallback<T, RuntimeException> query) {
    try {
      return jdbi.withHandle(query);
    } catch (JdbiException e) {
      throw failure(operation, e);
    }
  }

  /** Does this in one transaction, which an exception undoes. */
  public <T extends @Nullable Object> T inTransaction(
      String operation, HandleCallback<T, RuntimeException> work) {
    try {
      return jdbi.inTransaction(work);
    } catch (JdbiException e) {
      throw failure(operation, e);
    }
  }

  /** Does this in one transaction. */
  public void useTransaction(String operation, HandleConsumer<RuntimeException> work) {
    inTransaction(operation, work.asCallback());
  }

  /** Does this likewise; gives nothing, and changes nothing, if a key is taken. */
  public <T> Optional<T> inTransactionUnlessTaken(
      String operation, HandleCallback<T, RuntimeException> work) {
    try {
      return Optional.of(jdbi.inTransaction(work));
    } catch (JdbiException e) {
      if (hasState(e, UNIQUE_VIOLATION)) {
        return Optional.empty();
      }
      throw failure(operation, e);
    }
  }

  /**
   * A text as every database keeps it: PostgreSQL has no NUL, and no half of a character. Each is
   * replaced by U+FFFD.
   */
  public static String storable(String text) {
    StringBuilder kept = new StringBuilder(text.length());
    text.codePoints()
        .map(it -> it == 0 || Character.getType(it) == Character.SURROGATE ? '\uFFFD' : it)
        .forEach(kept::appendCodePoint);
    return kept.toString();
  }

  /** The instant in this column. */
  public static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /** The failure of an operation, retryable if its cause passes. */
  public static StoreFailure failure(String operation, Exception cause) {
    return new StoreFailure(
        operation,
        causes(cause).anyMatch(Database::isPassing) || StoreFailure.isFull(cause),
        cause);
  }

  /** Whether this is the SQLSTATE of the failure or of a cause of it. */
  static boolean hasState(Throwable failure, String state) {
    return causes(failure).anyMatch(cause -> state(cause).equals(state));
  }

  private static boolean isPassing(Throwable cause) {
    return switch (cause) {
      case SQLTransientException e -> true;
      case SQLRecoverableException e -> true;
      case IOException e -> true;
      default ->
          PASSING_STATES.contains(state(cause))
              || (state(cause).length() == 5
                  && PASSING_CLASSES.contains(state(cause).substring(0, 2)));
    };
  }

  /** The SQLSTATE, "" where there is none. */
  private static String state(Throwable cause) {
    return cause instanceof SQLException sql && sql.getSQLState() != null ? sql.getSQLState() : "";
  }

  /** The failure, its cause, and so on. The failure of a batch has its cause as what comes next. */
  static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, cause -> cause != null, Database::cause);
  }

  private static @Nullable Throwable cause(Throwable failure) {
    return failure.getCause() == null && failure instanceof SQLException sql
        ? sql.getNextException()
        : failure.getCause();
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
