package dev.leat.worker.jdbc;

import dev.leat.worker.capability.database.SqlFailure;
import dev.leat.worker.capability.database.SqlFailure.Kind;
import java.sql.SQLException;

/** What a driver's exceptions mean, by their SQLSTATE (ISO 9075-2, 24.1). */
final class Failures {
  private static final String CANCELLED = "57014";

  private Failures() {}

  static SqlFailure of(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return new SqlFailure(kind(state, e), state, "A statement of a function failed", e);
  }

  private static Kind kind(String state, SQLException e) {
    // pgjdbc gives the connection up when an answer outgrows its buffer.
    if (String.valueOf(e.getMessage()).contains("maxResultBuffer")) {
      return Kind.TOO_LARGE;
    }
    return switch (state) {
      case CANCELLED, "HYT00", "55P03" -> Kind.TIMEOUT;
      case "42501", "90096" -> Kind.DENIED;
      default ->
          switch (state.length() < 2 ? "" : state.substring(0, 2)) {
            case "23", "40" -> Kind.CONFLICT;
            case "07", "0A", "21", "22", "42", "44" -> Kind.INVALID;
            default -> Kind.UNAVAILABLE;
          };
    };
  }
}
