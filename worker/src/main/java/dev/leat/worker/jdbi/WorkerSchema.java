package dev.leat.worker.jdbi;

import dev.leat.store.Migrations;
import java.util.Map;
import javax.sql.DataSource;

/** The tables of this package. */
public final class WorkerSchema {
  private WorkerSchema() {}

  /** Makes the tables or brings them up to date. */
  public static void migrate(DataSource database) {
    Migrations.run(database, "worker", Map.of());
  }
}
