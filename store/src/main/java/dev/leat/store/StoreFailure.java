package dev.leat.store;

/**
 * A store is broken or out of reach: the operation may or may not have been done. One that is
 * {@link #isRetryable} passes: the database is away, the disk is full.
 */
public final class StoreFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  /**
   * @param operation what was tried, with the names concerned
   * @param retryable whether the same may succeed later
   */
  public StoreFailure(String operation, boolean retryable, Throwable cause) {
    super(operation + (retryable ? " failed; a retry may help" : " failed"), cause);
    this.retryable = retryable;
  }

  public boolean isRetryable() {
    return retryable;
  }
}
