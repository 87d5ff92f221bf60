package dev.leat.invocations.jdbi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.store.Database;
import dev.leat.testkit.TestDatabase;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** Keys of the time when they had no callers stay as they are. */
class KeysOfCallersIT {
  private static final String BEFORE = "15";

  @Test
  void migrate_onH2_keepsKeysThatHaveNoCaller() {
    try (TestDatabase database = TestDatabase.h2()) {
      keepsKeys(database);
    }
  }

  @Test
  void migrate_onPostgres_keepsKeysThatHaveNoCaller() {
    try (TestDatabase database = TestDatabase.postgres()) {
      keepsKeys(database);
    }
  }

  private static void keepsKeys(TestDatabase database) {
    Flyway.configure()
        .dataSource(database.dataSource())
        .locations("classpath:dev/leat/invocations/migrations")
        .table("flyway_invocations")
        .placeholders(Map.of("execution_ids_taken_at_once", "1", "queue_storage", ""))
        .target(BEFORE)
        .load()
        .migrate();
    database.execute(
        """
        INSERT INTO idempotency_keys (tenant, function, name, request, id, keep_until) VALUES
          ('acme', 'f', 'k', '%s', 'before', CURRENT_TIMESTAMP + INTERVAL '1' HOUR)
        """
            .formatted("a".repeat(64)));

    InvocationsSchema.migrate(database.dataSource());

    List<String> kept =
        new Database(database.dataSource())
            .read(
                "Reading keys",
                handle ->
                    handle
                        .createQuery("SELECT caller || name || id FROM idempotency_keys")
                        .mapTo(String.class)
                        .list());
    assertThat(kept).containsExactly("kbefore");
  }
}
