package dev.leat.node;

import java.sql.SQLException;

/** Says in one line why a database cannot be opened, and what to do about it. */
final class DatabaseFault {
  private static final int H2_FILE_CORRUPTED = 90_030;
  private static final int H2_OPEN_ELSEWHERE = 90_020;
  private static final int H2_OTHER_FORMAT = 90_048;

  private static final String RESTORE =
      "Restore the data directory from a backup, or move its leat.mv.db away to begin without what"
          + " it ";

  private DatabaseFault() {}

  /** Its file has lost what it held, as by a disk that was full or a copy that was cut off. */
  static String emptied(DatabaseConfig config) {
    return "The database "
        + config.address()
        + " is empty, though a node has run here: its file has lost what it held. "
        + RESTORE
        + "held.";
  }

  static String describe(DatabaseConfig config, SQLException e) {
    String what = "The database " + config.address() + " ";
    return switch (e.getErrorCode()) {
      case H2_FILE_CORRUPTED -> what + "is corrupt. " + RESTORE + "holds.";
      case H2_OPEN_ELSEWHERE -> what + "is open in another process. Stop that process.";
      case H2_OTHER_FORMAT ->
          what + "was written by another version of H2. Start the version of Leat that wrote it.";
      default -> what + byState(config, e);
    };
  }

  private static String byState(DatabaseConfig config, SQLException e) {
    return switch (String.valueOf(e.getSQLState())) {
      case "28000", "28P01" ->
          "does not let in the user '%s': %s. Correct database.user and database.password-file."
              .formatted(config.user(), Cause.words(e));
      case "3D000" ->
          "does not exist on its server: %s. Create it, or correct database.url."
              .formatted(Cause.words(e));
      case "08001", "08004", "08006" ->
          "cannot be reached: %s. Start it, or correct database.url."
              .formatted(Cause.ofInputOrOutput(e));
      default ->
          "cannot be opened: %s. Mend that, or correct database.url."
              .formatted(Cause.ofInputOrOutput(e));
    };
  }
}
