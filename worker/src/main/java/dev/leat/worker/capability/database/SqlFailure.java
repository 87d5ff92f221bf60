package dev.leat.worker.capability.database;

import org.jspecify.annotations.Nullable;

/** A statement was not done. The message is for the platform's log, not for guests. */
public final class SqlFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What a guest is told. */
  public enum Kind {
    /** The database takes neither the statement nor its parameters. */
    INVALID,
    /** The database does not let its user do it. */
    DENIED,
    /** It would break a constraint, or collides with another transaction. */
    CONFLICT,
    TIMEOUT,
    TOO_LARGE,
    /** The database cannot be reached, or does not do it. */
    UNAVAILABLE
  }

  private final Kind kind;
  private final String state;

  public SqlFailure(Kind kind, String state, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.state = state;
  }

  public Kind kind() {
    return kind;
  }

  /** The SQLSTATE (ISO 9075), "" if there is none. */
  public String state() {
    return state;
  }
}
