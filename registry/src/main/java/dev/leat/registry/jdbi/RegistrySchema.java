package dev.leat.registry.jdbi;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The registry's tables. */
public final class RegistrySchema {
  private RegistrySchema() {}

  /** Brings the tables to this version's state. */
  public static void migrate(DataSource database) {
    Flyway.configure()
        .loggers("slf4j")
        .dataSource(database)
        .locations("classpath:dev/leat/registry/migrations")
        .table("flyway_registry")
        // Other modules keep their tables, and their own history, in the same schema.
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .load()
        .migrate();
  }
}
