package dev.leat.registry.jdbi;

import dev.leat.store.StoreFailure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The registry's tables. */
public final class RegistrySchema {
  private static final int IDS_AT_ONCE_ON_H2 = 2_000;

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
        .placeholders(
            Map.of(
                "execution_ids_taken_at_once",
                Integer.toString(isH2(database) ? IDS_AT_ONCE_ON_H2 : 1)))
        .load()
        .migrate();
  }

  private static boolean isH2(DataSource database) {
    try (Connection connection = database.getConnection()) {
      return connection.getMetaData().getDatabaseProductName().equals("H2");
    } catch (SQLException e) {
      throw new StoreFailure("Asking which database this is", true, e);
    }
  }
}
