package dev.leat.registry.jdbi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.TenantId;
import dev.leat.registry.Announced;
import dev.leat.registry.audit.AuditStore;
import dev.leat.registry.audit.AuditStoreContract;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.FunctionStoreContract;
import dev.leat.registry.key.KeyStore;
import dev.leat.registry.key.KeyStoreContract;
import dev.leat.registry.module.ModuleStore;
import dev.leat.registry.module.ModuleStoreContract;
import dev.leat.store.Database;
import dev.leat.store.StoreFailure;
import dev.leat.store.StoreSchema;
import dev.leat.testkit.TestDatabase;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The stores' laws on one kind of database, a new one for each test. */
abstract class JdbiStores {
  private final TestDatabase database;

  JdbiStores(TestDatabase database) {
    this.database = database;
  }

  @BeforeEach
  void migrate() {
    StoreSchema.migrate(source());
    RegistrySchema.migrate(source());
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void migrate_again_changesNothing() {
    RegistrySchema.migrate(source());

    assertThat(new JdbiFunctionStore(source()).all()).isEmpty();
  }

  /** What is left in a database of the time when the registry kept the execution records. */
  @Test
  void migrate_migrationThatAnotherRoomTookOver_isNotAskedForAgain() {
    new Database(source())
        .useTransaction(
            "Noting a migration",
            handle ->
                handle.execute(
                    "INSERT INTO \"flyway_registry\" (\"installed_rank\", \"version\", \"description\","
                        + " \"type\", \"script\", \"checksum\", \"installed_by\", \"execution_time\","
                        + " \"success\") VALUES (9, '4', 'execution ids', 'SQL',"
                        + " 'V4__execution_ids.sql', 1, 'leat', 1, TRUE)"));

    RegistrySchema.migrate(source());

    assertThat(new JdbiFunctionStore(source()).all()).isEmpty();
  }

  @Test
  void databaseGone_isAFailureThatSaysWhat() {
    JdbiKeyStore store = new JdbiKeyStore(source());
    database.close();

    assertThatThrownBy(() -> store.list(new TenantId("acme")))
        .isInstanceOf(StoreFailure.class)
        .hasMessageStartingWith("Listing the keys of tenant acme failed");
  }

  private DataSource source() {
    return database.dataSource();
  }

  @Nested
  final class KeyStoreLaws extends KeyStoreContract {
    @Override
    protected Announced announced() {
      return new Announced(source());
    }

    @Override
    protected KeyStore newStore() {
      return new JdbiKeyStore(source());
    }

    @Override
    protected AuditStore itsAuditStore() {
      return new JdbiAuditStore(source());
    }
  }

  @Nested
  final class AuditStoreLaws extends AuditStoreContract {
    @Override
    protected AuditStore newStore() {
      return new JdbiAuditStore(source());
    }
  }

  @Nested
  final class ModuleStoreLaws extends ModuleStoreContract {
    @Override
    protected ModuleStore newStore() {
      return new JdbiModuleStore(source());
    }

    @Override
    protected FunctionStore itsFunctionStore() {
      return new JdbiFunctionStore(source());
    }

    @Override
    protected AuditStore itsAuditStore() {
      return new JdbiAuditStore(source());
    }
  }

  @Nested
  final class FunctionStoreLaws extends FunctionStoreContract {
    @Override
    protected Announced announced() {
      return new Announced(source());
    }

    @Override
    protected FunctionStore newStore() {
      return new JdbiFunctionStore(source());
    }

    @Override
    protected ModuleStore itsModuleStore() {
      return new JdbiModuleStore(source());
    }

    @Override
    protected AuditStore itsAuditStore() {
      return new JdbiAuditStore(source());
    }
  }
}
