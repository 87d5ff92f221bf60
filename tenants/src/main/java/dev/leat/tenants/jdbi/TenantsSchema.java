package dev.leat.tenants.jdbi;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The tables of this package. */
public final class TenantsSchema {
  private TenantsSchema() {}

  /**
   * Makes the tables or brings them up to date. The database may hold other modules' tables, each
   * with a history of its own.
   */
  public static void migrate(DataSource database) {
    Flyway.configure()
        .dataSource(database)
        .locations("classpath:dev/leat/tenants/migrations")
        .table("flyway_tenants")
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .load()
        .migrate();
  }
}
