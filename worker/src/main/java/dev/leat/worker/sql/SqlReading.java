package dev.leat.worker.sql;

/** What came of reading a statement. */
public sealed interface SqlReading {
  /** It is understood. */
  record Understood(SqlStatement statement) implements SqlReading {}

  /**
   * It is not, or is nothing that functions may do, and so is denied.
   *
   * @param reason what of it, in a few words
   */
  record Refused(String reason) implements SqlReading {}
}
