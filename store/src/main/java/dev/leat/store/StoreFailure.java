package dev.leat.store;

import java.sql.SQLException;
import java.util.List;

/**
 * A store is broken or out of reach: the operation may or may not have been done. One that is
 * {@link #isRetryable} passes: the database is away, the disk is full.
 */
public final class StoreFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What Linux says, be it by way of the JDK or of H2. */
  private static final List<String> FULL =
      List.of("No space left on device", "Disk quota exceeded");

  /** PostgreSQL's SQLSTATE of a full disk. */
  public static final String DISK_FULL = "53100";

  private final boolean retryable;

  /**
   * @param operation what was tried, with the names concerned
   * @param retryable whether the same may succeed later
   */
  public StoreFailure(String operation, boolean retryable, Throwable cause) {
    super(operation + (retryable ? " failed; a retry may help" : " failed"), cause);
    this.retryable = retryable;
  }

  /** Whether there was no room for what was to be written. */
  public boolean isFull() {
    return isFull(this);
  }

  /** Whether this failed since there was no room for what was to be written. */
  public static boolean isFull(Throwable failure) {
    return Database.causes(failure).anyMatch(StoreFailure::saysFull);
  }

  private static boolean saysFull(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return FULL.stream().anyMatch(message::contains)
        || (cause instanceof SQLException sql && DISK_FULL.equals(sql.getSQLState()));
  }

  public boolean isRetryable() {
    return retryable;
  }
}
