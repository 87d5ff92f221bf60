package dev.leat.store;

import java.util.Map;
import javax.sql.DataSource;

/** The tables of this room: changes, and what the check of the database reads and writes. */
public final class StoreSchema {
  private StoreSchema() {}

  /** Makes the tables or brings them up to date. Blocks. */
  public static void migrate(DataSource database) {
    Migrations.run(database, "store", Map.of());
  }
}
