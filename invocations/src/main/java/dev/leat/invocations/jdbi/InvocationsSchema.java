package dev.leat.invocations.jdbi;

import dev.leat.store.Database;
import dev.leat.store.Migrations;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;

/** The tables of invocations. */
public final class InvocationsSchema {
  private static final int IDS_AT_ONCE_ON_H2 = 2_000;

  private InvocationsSchema() {}

  /** Brings the tables to this version's state. */
  public static void migrate(DataSource database) {
    Migrations.run(
        database,
        "invocations",
        Map.of(
            "execution_ids_taken_at_once",
            Integer.toString(isH2(database) ? IDS_AT_ONCE_ON_H2 : 1)));
  }

  private static boolean isH2(DataSource database) {
    try (Connection connection = database.getConnection()) {
      return connection.getMetaData().getDatabaseProductName().equals("H2");
    } catch (SQLException e) {
      throw Database.failure("Asking which database this is", e);
    }
  }
}
