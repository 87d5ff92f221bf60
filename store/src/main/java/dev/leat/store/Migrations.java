package dev.leat.store;

import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings a room's tables to this version's state, beside those of other rooms. */
public final class Migrations {
  private Migrations() {}

  /**
   * Makes the room's tables or brings them up to date.
   *
   * @param room whose migrations lie in {@code dev/leat/<room>/migrations}; its history is in the
   *     table {@code flyway_<room>}
   * @param placeholders what stands for {@code ${...}} in them
   * @throws StoreFailure if that fails; a transaction that had begun is undone
   */
  public static void run(DataSource database, String room, Map<String, String> placeholders) {
    try {
      Flyway.configure()
          .loggers("slf4j")
          .dataSource(database)
          .locations("classpath:dev/leat/" + room + "/migrations")
          .table("flyway_" + room)
          // Other rooms keep their tables, and their own history, in the same schema.
          .baselineOnMigrate(true)
          .baselineVersion("0")
          .placeholders(placeholders)
          // A migration that another room took over is missing here, and was run.
          .ignoreMigrationPatterns("*:missing", "*:future")
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw Database.failure("Bringing the tables of " + room + " to this version", e);
    }
  }
}
