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

  /** Rows come and go thousands of times a second: what is gone must not be read for long. */
  private static final String QUEUE_STORAGE_ON_POSTGRES =
      "WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold ="
          + " 1000, autovacuum_vacuum_cost_delay = 0)";

  /** Brings the tables to this version's state. */
  public static void migrate(DataSource database) {
    boolean isH2 = isH2(database);
    Migrations.run(
        database,
        "invocations",
        Map.of(
            "execution_ids_taken_at_once",
            Integer.toString(isH2 ? IDS_AT_ONCE_ON_H2 : 1),
            "queue_storage",
            isH2 ? "" : QUEUE_STORAGE_ON_POSTGRES));
  }

  private static boolean isH2(DataSource database) {
    try (Connection connection = database.getConnection()) {
      return connection.getMetaData().getDatabaseProductName().equals("H2");
    } catch (SQLException e) {
      throw Database.failure("Asking which database this is", e);
    }
  }
}
