package dev.leat.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/** Reads and writes a row that means nothing, to see whether the database works. */
public final class DatabaseCheck {
  /** H2's codes for a database that is closed while connections to it are open. */
  private static final Set<Integer> CLOSED = Set.of(90_098, 90_121);

  /** How H2's storage engine fails, closing itself, when its file cannot be written. */
  private static final String H2_STORAGE_FAILURE = "org.h2.mvstore.MVStoreException";

  private final Database database;

  public DatabaseCheck(Connections connections) {
    this.database = new Database(connections::open);
  }

  /** Returns if the database can be read. Blocks, and throws {@link StoreFailure}. */
  public void read() {
    database.read(
        "Reading from the database",
        handle -> handle.createQuery("SELECT id FROM database_check").mapTo(Integer.class).list());
  }

  /** Returns if the database can be written. Blocks, and throws {@link StoreFailure}. */
  public void write() {
    database.useTransaction(
        "Writing to the database",
        handle -> handle.execute("UPDATE database_check SET written_at = CURRENT_TIMESTAMP"));
  }

  /**
   * Whether an embedded database closed itself, as H2 does when its file cannot be written: it
   * stays closed, even when it could be written again, until it is opened anew.
   */
  public static boolean hasClosedItself(Throwable failure) {
    return Database.causes(failure)
        .anyMatch(cause ->
            cause.getClass().getName().equals(H2_STORAGE_FAILURE)
                || (cause instanceof SQLException sql && CLOSED.contains(sql.getErrorCode())));
  }

  /** Whether it failed since another had locked what it needed for too long. */
  public static boolean isWaitForALock(StoreFailure failure) {
    return Database.hasState(failure, Database.LOCK_NOT_AVAILABLE);
  }

  /** Gives a connection of a pool, or a new one; its user closes it. */
  @FunctionalInterface
  public interface Connections {
    Connection open() throws SQLException;
  }
}
