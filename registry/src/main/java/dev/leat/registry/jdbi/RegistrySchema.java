package dev.leat.registry.jdbi;

import dev.leat.store.Migrations;
import java.util.Map;
import javax.sql.DataSource;

/**
 * The registry's tables. The next migration is the fifth: the second to the fourth made the
 * execution records, which are now the tables of invocations.
 */
public final class RegistrySchema {
  private RegistrySchema() {}

  /** Brings the tables to this version's state. */
  public static void migrate(DataSource database) {
    Migrations.run(database, "registry", Map.of());
  }
}
