package dev.leat.worker.sql;

/** A statement is not taken. Never leaves this package. */
final class SqlRefused extends RuntimeException {
  private static final long serialVersionUID = 1;

  SqlRefused(String reason) {
    super(reason, null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
