package dev.leat.audit.jdbi;

import dev.leat.store.Migrations;
import java.util.Map;
import javax.sql.DataSource;

/** The audit's tables. */
public final class AuditSchema {
  private AuditSchema() {}

  /** Makes the tables or brings them up to date. Blocks. */
  public static void migrate(DataSource database) {
    Migrations.run(database, "audit", Map.of());
  }
}
