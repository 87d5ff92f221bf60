package dev.leat.registry.jdbi;

import dev.leat.registry.StoreFailure;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** The database as the stores use it: whole transactions, and failures that say what was tried. */
final class Database {
  private static final String UNIQUE_VIOLATION = "23505";

  /** Connection lost, transaction rolled back by a conflict, server shutting down. */
  private static final Set<String> RETRYABLE_CLASSES = Set.of("08", "40", "57");

  private final Jdbi jdbi;

  Database(DataSource source) {
    this.jdbi = Jdbi.create(source);
  }

  <T> T read(String operation, Function<Handle, T> body) {
    try {
      return jdbi.withHandle(body::apply);
    } catch (JdbiException e) {
      throw failure(operation, e);
    }
  }

  /** Runs the body in one transaction, which an exception undoes. */
  <T> T change(String operation, Function<Handle, T> body) {
    try {
      return jdbi.inTransaction(body::apply);
    } catch (JdbiException e) {
      throw failure(operation, e);
    }
  }

  /** Runs the body likewise; gives nothing, and changes nothing, if a key is taken. */
  <T> Optional<T> changeUnlessTaken(String operation, Function<Handle, T> body) {
    try {
      return Optional.of(jdbi.inTransaction(body::apply));
    } catch (JdbiException e) {
      if (sqlStates(e).anyMatch(UNIQUE_VIOLATION::equals)) {
        return Optional.empty();
      }
      throw failure(operation, e);
    }
  }

  static OffsetDateTime time(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static StoreFailure failure(String operation, JdbiException e) {
    boolean retryable =
        causes(e)
                .anyMatch(cause ->
                    cause instanceof SQLTransientException
                        || cause instanceof SQLRecoverableException)
            || sqlStates(e)
                .anyMatch(state ->
                    state.length() == 5 && RETRYABLE_CLASSES.contains(state.substring(0, 2)));
    return new StoreFailure(operation, retryable, e);
  }

  private static Stream<String> sqlStates(JdbiException e) {
    return causes(e)
        .flatMap(cause ->
            cause instanceof SQLException sql ? Stream.ofNullable(sql.getSQLState()) : Stream.of());
  }

  private static Stream<Throwable> causes(Throwable e) {
    return Stream.iterate(e, cause -> cause != null, Throwable::getCause);
  }
}
