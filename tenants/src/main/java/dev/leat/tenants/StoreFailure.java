package dev.leat.tenants;

/** A store is broken or out of reach: the operation may or may not have been done. */
public final class StoreFailure extends RuntimeException {
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
