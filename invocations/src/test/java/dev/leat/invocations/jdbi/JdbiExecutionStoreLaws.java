package dev.leat.invocations.jdbi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.invocations.ExecutionStore;
import dev.leat.invocations.ExecutionStoreContract;
import dev.leat.store.Database;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The store's laws on one kind of database, a new one for each test. */
abstract class JdbiExecutionStoreLaws extends ExecutionStoreContract {
  private static final TenantId ACME = new TenantId("acme");

  static final MigratedDatabases DATABASES = new MigratedDatabases(InvocationsSchema::migrate);

  private final TestDatabase database;

  JdbiExecutionStoreLaws(TestDatabase database) {
    this.database = database;
  }

  @Override
  protected ExecutionStore newStore() {
    return new JdbiExecutionStore(database.dataSource());
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void migrate_again_changesNothing() {
    InvocationsSchema.migrate(database.dataSource());

    assertThat(newStore().list(ACME, ExecutionStore.Filter.NONE, 1, ExecutionStore.START).items())
        .isEmpty();
  }

  private static final List<String> LATER_TABLES =
      List.of(
          "guest_log",
          "guest_log_turn",
          "async_queue",
          "async_results",
          "dead_letters",
          "async_bodies",
          "async_blobs",
          "async_gone",
          "async_counts",
          "idempotency_keys",
          "async_callbacks",
          "schedules",
          "schedule_owners",
          "keyed_calls");

  /** As a database is found in which the registry kept the records, before their last column. */
  @Test
  void migrate_tableThatWasTheRegistrys_keepsItsRecords() {
    newStore().append(List.of(record()));
    new Database(database.dataSource())
        .useTransaction(
            "Going back",
            handle -> {
              handle.execute("DROP TABLE \"flyway_invocations\"");
              handle.execute("ALTER TABLE executions DROP COLUMN init_fuel");
              handle.execute("ALTER TABLE executions DROP COLUMN host_calls");
              LATER_TABLES.forEach(table -> handle.execute("DROP TABLE " + table));
            });

    InvocationsSchema.migrate(database.dataSource());

    assertThat(newStore().list(ACME, ExecutionStore.Filter.NONE, 1, ExecutionStore.START).items())
        .containsExactly(record());
  }

  private static ExecutionRecord record() {
    return new ExecutionRecord(
        "id-1",
        new FunctionRef(ACME, new FunctionName("mask")),
        7,
        "",
        "",
        Instant.parse("2026-01-01T00:00:00Z"),
        "responded",
        "",
        Usage.NONE);
  }
}
