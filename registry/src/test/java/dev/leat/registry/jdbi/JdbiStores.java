package dev.leat.registry.jdbi;

import static java.util.concurrent.Future.State.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.leat.audit.AuditEntry;
import dev.leat.audit.AuditStore;
import dev.leat.audit.jdbi.AuditSchema;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Allowance;
import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import dev.leat.contract.TenantId;
import dev.leat.registry.Announced;
import dev.leat.registry.ClosingStore;
import dev.leat.registry.canary.SampleStore;
import dev.leat.registry.canary.SampleStoreContract;
import dev.leat.registry.capability.UsesStore;
import dev.leat.registry.capability.UsesStoreContract;
import dev.leat.registry.connection.ConnectionStore;
import dev.leat.registry.connection.ConnectionStoreContract;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.FunctionStoreContract;
import dev.leat.registry.function.Slots;
import dev.leat.registry.function.Traffic;
import dev.leat.registry.key.KeyStore;
import dev.leat.registry.key.KeyStoreContract;
import dev.leat.registry.loglevel.LogLevel;
import dev.leat.registry.loglevel.LogLevelStore;
import dev.leat.registry.module.BlobStore;
import dev.leat.registry.module.BlobStoreContract;
import dev.leat.registry.module.ModuleStore;
import dev.leat.registry.module.ModuleStoreContract;
import dev.leat.registry.module.OfferStore;
import dev.leat.registry.module.OfferStoreContract;
import dev.leat.registry.module.PublishedModule;
import dev.leat.registry.permission.PermissionStore;
import dev.leat.registry.permission.PermissionStoreContract;
import dev.leat.registry.trust.PolicyStore;
import dev.leat.registry.trust.PolicyStoreContract;
import dev.leat.store.Database;
import dev.leat.store.StoreFailure;
import dev.leat.store.StoreSchema;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.crypto.SecretKey;
import javax.sql.DataSource;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The stores' laws on one kind of database, a new one for each test. */
abstract class JdbiStores {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  static final MigratedDatabases DATABASES =
      new MigratedDatabases(StoreSchema::migrate, AuditSchema::migrate, RegistrySchema::migrate);

  private final TestDatabase database;

  JdbiStores(TestDatabase database) {
    this.database = database;
  }

  @BeforeEach
  void trust() {
    // What is tried here with modules is tried with such as nobody signed.
    for (String tenant : List.of("acme", "other")) {
      execute(
          "INSERT INTO trust_policies (tenant, requires_signature, trusts_any, on_revoke) VALUES ('"
              + tenant
              + "', FALSE, TRUE, 'keep')");
    }
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
                        + " \"success\") VALUES (99, '4', 'execution ids', 'SQL',"
                        + " 'V4__execution_ids.sql', 1, 'leat', 1, TRUE)"));

    RegistrySchema.migrate(source());

    assertThat(new JdbiFunctionStore(source()).all()).isEmpty();
  }

  @Test
  void databaseGone_isAFailureThatSaysWhat() {
    JdbiKeyStore store = new JdbiKeyStore(source());
    database.close();

    assertThatThrownBy(() -> store.list(ACME))
        .isInstanceOf(StoreFailure.class)
        .hasMessageStartingWith("Listing the keys of tenant acme failed");
  }

  private int chunks() {
    return database()
        .read(
            "Counting",
            handle ->
                handle
                    .createQuery("SELECT COUNT(*) FROM module_chunks")
                    .mapTo(Integer.class)
                    .one());
  }

  private void execute(String sql) {
    database().useTransaction("Changing what is stored", handle -> handle.execute(sql));
  }

  private Database database() {
    return new Database(source());
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
  final class ConnectionStoreLaws extends ConnectionStoreContract {
    @Override
    protected ConnectionStore newStore() {
      return new JdbiConnectionStore(database(), new TenantTurns(database()));
    }

    @Override
    protected AuditStore itsAuditStore() {
      return new JdbiAuditStore(source());
    }

    @Override
    protected Announced announced() {
      return new Announced(source());
    }
  }

  @Nested
  final class PolicyStoreLaws extends PolicyStoreContract {
    @Override
    protected PolicyStore newStore() {
      return new JdbiPolicyStore(database(), new TenantTurns(database()));
    }

    @Override
    protected KeyStore itsKeyStore() {
      return new JdbiKeyStore(source());
    }

    @Override
    protected ModuleStore itsModuleStore() {
      return new JdbiModuleStore(source());
    }

    @Override
    protected AuditStore itsAuditStore() {
      return new JdbiAuditStore(source());
    }

    @Override
    protected Announced announced() {
      return new Announced(source());
    }
  }

  @Nested
  final class OfferStoreLaws extends OfferStoreContract {
    private final TenantTurns turns = new TenantTurns(database());

    @Override
    protected OfferStore newStore() {
      return new JdbiOfferStore(database(), turns);
    }

    @Override
    protected ModuleStore itsModuleStore() {
      return new JdbiModuleStore(database(), turns);
    }

    @Override
    protected KeyStore itsKeyStore() {
      return new JdbiKeyStore(source());
    }

    @Override
    protected PolicyStore itsPolicyStore() {
      return new JdbiPolicyStore(database(), turns);
    }

    @Override
    protected AuditStore itsAuditStore() {
      return new JdbiAuditStore(source());
    }

    /** No text, however rare, has a page go through all that is public. */
    @Test
    void search_ofTenThousand_looksAtABoundedNumberForAPage() {
      execute(
          """
          INSERT INTO modules
            (tenant, publisher, name, version, digest, size_bytes, key_id, published_at, look)
          SELECT 'acme', 'acme', 'm' || i, '1', 'sha256:%1$s', 1, '', CURRENT_TIMESTAMP, 'm' || i
          FROM (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS i
                FROM (%2$s) a, (%2$s) b, (%2$s) c, (%2$s) e) numbers
          """
              .formatted(
                  "0".repeat(64),
                  IntStream.range(0, 10)
                      .mapToObj(digit -> "SELECT " + digit + " AS d")
                      .collect(Collectors.joining(" UNION ALL "))));
      execute("INSERT INTO module_offers (audience, module_id) SELECT '*', id FROM modules");
      OfferStore offers = newStore();

      assertThat(offers.search(OTHER, "", 200, ModuleStore.START).items()).hasSize(200);
      assertThat(offers.search(OTHER, "m9999", 200, ModuleStore.START).items()).hasSize(1);
      int pages = 0;
      Optional<String> cursor = Optional.of(Long.toString(ModuleStore.START));
      while (cursor.isPresent()) {
        var page = offers.search(OTHER, "nowhere", 200, Long.parseLong(cursor.get()));
        assertThat(page.items()).isEmpty();
        cursor = page.next();
        pages++;
      }
      assertThat(pages).isEqualTo(10_000 / JdbiOfferStore.LOOKED_AT);
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

  @Nested
  final class PermissionStoreLaws extends PermissionStoreContract {
    private final TenantTurns turns = new TenantTurns(database());

    @Override
    protected Announced announced() {
      return new Announced(source());
    }

    @Override
    protected PermissionStore newStore() {
      return new JdbiPermissionStore(database(), turns);
    }

    @Override
    protected AuditStore itsAuditStore() {
      return new JdbiAuditStore(source());
    }

    @Override
    protected void deploy(TenantId tenant, FunctionName name) {
      execute(
          "INSERT INTO functions (tenant, name, last_version, route_path) VALUES ('%s', '%s', 1, '/%s')"
              .formatted(tenant, name, name));
    }

    @Override
    protected void delete(TenantId tenant, FunctionName name) {
      assertThat(
              new JdbiFunctionStore(source())
                  .delete(tenant, name, AuditEntry.done(NOW, tenant, "someone", "delete", "", "")))
          .as("it has no versions here")
          .isFalse();
      execute("UPDATE functions SET route_path = NULL");
    }

    @Override
    protected void damage() {
      execute("UPDATE function_permissions SET permissions = 'nothing'");
    }
  }

  @Nested
  final class UsesStoreLaws extends UsesStoreContract {
    @Override
    protected UsesStore newStore() {
      return new JdbiUsesStore(database());
    }

    @Override
    protected void deploy(FunctionRef function) {
      execute(
          "INSERT INTO functions (tenant, name, last_version, route_path) VALUES ('%s', '%s', 1, '/%s')"
              .formatted(function.tenant(), function.name(), function.name()));
    }

    @Override
    protected void delete(FunctionRef function) {
      database().useTransaction("Deleting", handle -> JdbiTraffic.forget(handle, function));
    }

    @Override
    protected void forget(TenantId tenant) {
      new JdbiFunctionStore(source()).forget(tenant);
    }
  }

  /** The laws of {@link LogLevelStore}. */
  @Nested
  final class LogLevelStoreLaws {
    private final FunctionRef mask = new FunctionRef(ACME, new FunctionName("mask"));
    private final LogLevelStore store =
        new JdbiLogLevelStore(database(), new TenantTurns(database()));

    private void deploy() {
      execute(
          "INSERT INTO functions (tenant, name, last_version, route_path) VALUES ('acme', 'mask', 1, '/mask')");
    }

    @Test
    void law1_whatWasSetLast_isKept_andTheStandardIsNone() {
      deploy();
      assertThat(store.set(mask, LogLevel.WARN)).isTrue();
      assertThat(store.set(mask, LogLevel.OFF)).isTrue();
      assertThat(store.find(mask)).contains(LogLevel.OFF);
      assertThat(store.all()).isEqualTo(Map.of(mask, LogLevel.OFF));

      assertThat(store.set(mask, LogLevel.STANDARD)).isTrue();
      assertThat(store.find(mask)).isEmpty();
      assertThat(store.all()).isEmpty();
    }

    @Test
    void law2_onlyOfWhatIsDeployed_andItGoesWithIt() {
      assertThat(store.set(mask, LogLevel.WARN)).isFalse();
      deploy();
      store.set(mask, LogLevel.WARN);
      database().useTransaction("Deleting", handle -> JdbiTraffic.forget(handle, mask));
      assertThat(store.find(mask)).isEmpty();

      store.set(mask, LogLevel.WARN);
      new JdbiFunctionStore(source()).forget(ACME);
      assertThat(store.all()).isEmpty();
    }

    @Test
    void law3_onlyAChangeIsRecordedAndAnnounced() {
      deploy();
      Announced announced = new Announced(source());
      store.set(mask, LogLevel.STANDARD);
      assertThat(announced.changes()).isEmpty();
      store.set(mask, LogLevel.WARN);
      store.set(mask, LogLevel.WARN);
      assertThat(announced.changes()).containsExactly(new Change.LogLevelChanged(mask));
    }
  }

  @Nested
  final class SampleStoreLaws extends SampleStoreContract {
    @Override
    protected SampleStore newStore() {
      return new JdbiSampleStore(database());
    }

    @Override
    protected FunctionStore itsFunctionStore() {
      return new JdbiFunctionStore(source());
    }

    @Override
    protected ModuleStore itsModuleStore() {
      return new JdbiModuleStore(source());
    }
  }

  @Nested
  final class BlobStoreLaws extends BlobStoreContract {
    @Override
    protected BlobStore newStore() {
      return new JdbiBlobStore(database());
    }

    @Override
    protected BlobStore reopened() {
      return newStore();
    }

    @Override
    protected void alter(ModuleDigest stored) {
      execute("UPDATE module_chunks SET bytes = '\\x00' WHERE digest = '" + stored + "'");
    }
  }

  /** Modules and their bytes in one database. */
  @Nested
  final class ModulesWithTheirBytes {
    private final byte[] bytes = {1, 2, 3};
    private final ModuleDigest digest = ModuleDigest.of(bytes);
    private final PublishedModule module =
        new PublishedModule(ACME, "mask", "1", digest, 3, "kid", NOW);

    @Test
    void add_thatFails_keepsNoBytes() {
      Database database = database();
      JdbiBlobStore blobs = new JdbiBlobStore(database);
      IllegalStateException failure = new IllegalStateException("after the bytes");

      assertThatThrownBy(() ->
              add(
                  new JdbiModuleStore(database),
                  () -> {
                    blobs.put(digest, bytes);
                    assertThat(blobs.holds(digest)).isTrue();
                    throw failure;
                  }))
          .isSameAs(failure);

      assertThat(chunks()).isZero();
    }

    /** Else as many publications as there are connections would wait for one more for ever. */
    @Test
    void addAndCollect_useOneConnection() {
      AtomicInteger open = new AtomicInteger();
      Database database = new Database(counting(source(), open));
      ModuleStore modules = new JdbiModuleStore(database);
      JdbiBlobStore blobs = new JdbiBlobStore(database);
      JdbiClassStore classes = new JdbiClassStore(database);

      add(modules, () -> blobs.put(digest, bytes));
      assertThat(open).hasValue(1);
      modules.delete(ACME, digest, entry());
      classes.save(digest, "one", bytes);
      open.set(0);
      modules.collect(
          digest,
          () -> {
            blobs.delete(digest);
            classes.delete(digest);
          });

      assertThat(open).hasValue(1);
      assertThat(chunks()).isZero();
    }

    @Test
    void stored_classes_areThoseOfAllFormats() {
      Database database = database();
      JdbiClassStore classes = new JdbiClassStore(database);
      add(new JdbiModuleStore(database), () -> new JdbiBlobStore(database).put(digest, bytes));
      ModuleDigest killed = ModuleDigest.of(new byte[] {4});
      classes.save(killed, "one", bytes);
      classes.save(killed, "two", bytes);

      assertThat(classes.stored(Optional.empty(), 10))
          .extracting(StoredModule::digest)
          .containsExactly(killed);
      assertThat(new JdbiModuleStore(database).unused(Set.of(digest, killed)))
          .containsExactly(killed);
    }

    @Test
    void start_withAnotherKey_beginsWithoutClasses() {
      Database database = database();
      JdbiClassStore classes = new JdbiClassStore(database);
      classes.start();
      classes.save(digest, "one", bytes);
      new JdbiBlobStore(database).put(digest, bytes);
      classes.start();
      assertThat(classes.load(digest, "one")).isPresent();
      execute("DELETE FROM class_key");

      classes.start();

      assertThat(classes.load(digest, "one")).isEmpty();
      assertThat(new JdbiBlobStore(database).load(digest)).isPresent();
    }

    private void add(ModuleStore modules, Runnable storeBytes) {
      assertThat(
              modules.add(ACME, module, Optional.empty(), Allowance.PLATFORM, entry(), storeBytes))
          .isInstanceOf(ModuleStore.Addition.Kept.class);
    }

    private static AuditEntry entry() {
      return AuditEntry.done(NOW, ACME, "someone", "add", "", "");
    }

    /** Counts the connections that are taken. */
    private static DataSource counting(DataSource source, AtomicInteger taken) {
      return (DataSource)
          Proxy.newProxyInstance(
              DataSource.class.getClassLoader(),
              new Class<?>[] {DataSource.class},
              (proxy, method, arguments) -> {
                taken.incrementAndGet();
                return method.invoke(source, arguments);
              });
    }
  }

  /** One transaction of a tenant at a time, and what they lock. */
  @Nested
  final class TurnsOfTenants {
    private static final FunctionName MASK = new FunctionName("mask");
    private static final int AT_ONCE = 4;
    private static final int ROUNDS = 40;

    /** Adding prunes versions and then locks its function's row; forgetting went the other way. */
    @Test
    void addAndForgetAtOnce_neverWaitForEachOther() throws Exception {
      Database database = database();
      TenantTurns here = new TenantTurns(database);
      JdbiModuleStore modules = new JdbiModuleStore(database, here);
      JdbiFunctionStore functions = new JdbiFunctionStore(database, here);
      JdbiModuleStore otherNodesModules = new JdbiModuleStore(database);
      JdbiFunctionStore otherNodesFunctions = new JdbiFunctionStore(source());
      List<Callable<Object>> works = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        JdbiFunctionStore mine = i % 2 == 0 ? functions : otherNodesFunctions;
        works.add(
            Executors.callable(() -> {
              for (int round = 0; round < ROUNDS; round++) {
                modules.add(
                    ACME, module(ACME), Optional.empty(), Allowance.PLATFORM, entry(), () -> {});
                deploy(mine, ACME);
              }
            }));
      }
      works.add(
          Executors.callable(() -> {
            for (int round = 0; round < ROUNDS; round++) {
              otherNodesModules.forget(ACME, 100);
              otherNodesFunctions.forget(ACME);
            }
          }));

      try (ExecutorService threads = Executors.newFixedThreadPool(works.size())) {
        assertThat(threads.invokeAll(works)).allMatch(work -> work.state() == SUCCESS);
      }

      assertThat(here.tenants()).isZero();
    }

    @Test
    void closingLaw1_close_refusesWhatIsAdded_untilItIsOpenedAgain() {
      JdbiModuleStore modules = new JdbiModuleStore(source());
      JdbiFunctionStore functions = new JdbiFunctionStore(source());
      ClosingStore closing = new JdbiClosingStore(new TenantTurns(database()));
      for (TenantId tenant : List.of(ACME, OTHER)) {
        modules.add(
            tenant, module(tenant), Optional.empty(), Allowance.PLATFORM, entry(), () -> {});
      }

      assertThat(closing.close(ACME, false)).isZero();

      assertThat(deploy(functions, ACME)).isEqualTo(new FunctionStore.Addition.Closed());
      functions.forget(ACME);
      assertThat(deploy(functions, ACME))
          .as("forgotten before it is gone")
          .isEqualTo(new FunctionStore.Addition.Closed());
      assertThat(deploy(functions, OTHER)).isEqualTo(new FunctionStore.Addition.Kept());

      closing.open(ACME);
      assertThat(deploy(functions, ACME)).isEqualTo(new FunctionStore.Addition.Kept());
      closing.open(ACME);
      assertThat(functions.count(ACME)).isEqualTo(1);
    }

    @Test
    void closingLaw1_closedLongAgo_isOpen() {
      new JdbiModuleStore(source())
          .add(ACME, module(ACME), Optional.empty(), Allowance.PLATFORM, entry(), () -> {});
      new JdbiClosingStore(new TenantTurns(database())).close(ACME, false);
      execute("UPDATE tenant_locks SET closed_until = CURRENT_TIMESTAMP - INTERVAL '1' SECOND");

      assertThat(deploy(new JdbiFunctionStore(source()), ACME))
          .isEqualTo(new FunctionStore.Addition.Kept());
    }

    @Test
    void closingLaw2_close_ofATenantWithFunctions_isNot_unlessForced() {
      JdbiFunctionStore functions = new JdbiFunctionStore(source());
      ClosingStore closing = new JdbiClosingStore(new TenantTurns(database()));
      new JdbiModuleStore(source())
          .add(ACME, module(ACME), Optional.empty(), Allowance.PLATFORM, entry(), () -> {});
      deploy(functions, ACME);

      assertThat(closing.close(ACME, false)).isEqualTo(1);
      assertThat(deploy(functions, ACME)).isEqualTo(new FunctionStore.Addition.Kept());

      assertThat(closing.close(ACME, true)).isZero();
      assertThat(deploy(functions, ACME)).isEqualTo(new FunctionStore.Addition.Closed());
    }

    /** Either the one is counted, or it is refused: never a function in a closed tenant. */
    @Test
    void closingLaw2_closeAndAddAtOnce_onTwoNodes_agree() throws Exception {
      JdbiModuleStore modules = new JdbiModuleStore(source());
      JdbiFunctionStore functions = new JdbiFunctionStore(source());
      ClosingStore closing = new JdbiClosingStore(new TenantTurns(database()));
      try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
        for (int round = 0; round < ROUNDS; round++) {
          modules.add(ACME, module(ACME), Optional.empty(), Allowance.PLATFORM, entry(), () -> {});
          Future<FunctionStore.Addition> added = threads.submit(() -> deploy(functions, ACME));
          Future<Integer> counted = threads.submit(() -> closing.close(ACME, false));

          boolean isKept = added.get() instanceof FunctionStore.Addition.Kept;
          assertThat(counted.get()).isEqualTo(isKept ? 1 : 0);
          assertThat(functions.count(ACME)).isEqualTo(counted.get());
          functions.forget(ACME);
          closing.open(ACME);
        }
      }
    }

    @Test
    void lock_ofATenantWhoseRowIsRemovedJustThen_isTaken() {
      AtomicInteger removed = new AtomicInteger();
      execute("INSERT INTO tenant_locks (tenant) VALUES ('acme')");

      database()
          .useTransaction(
              "Taking the turn",
              handle -> {
                handle.setSqlLogger(
                    new SqlLogger() {
                      @Override
                      public void logBeforeExecution(StatementContext context) {
                        if (context.getRenderedSql().endsWith("FOR UPDATE")
                            && removed.getAndIncrement() == 0) {
                          execute("DELETE FROM tenant_locks");
                        }
                      }
                    });
                TenantTurns.lock(handle, ACME, "Taking the turn");
              });

      assertThat(removed).hasValue(2);
    }

    @Test
    void manyOfOneTenantAtOnce_leaveConnectionsToOthers() throws Exception {
      try (HikariDataSource pool = poolOfTwo();
          ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
          Connection anotherNode = source().getConnection()) {
        Database database = new Database(pool);
        TenantTurns turns = new TenantTurns(database);
        JdbiModuleStore modules = new JdbiModuleStore(database, turns);
        JdbiFunctionStore functions = new JdbiFunctionStore(database, turns);
        execute("INSERT INTO tenant_locks (tenant) VALUES ('acme')");
        anotherNode.setAutoCommit(false);
        try (Statement statement = anotherNode.createStatement()) {
          statement.execute("SELECT tenant FROM tenant_locks WHERE tenant = 'acme' FOR UPDATE");
        }
        List<Future<ModuleStore.Addition>> waiting =
            IntStream.range(0, AT_ONCE)
                .mapToObj(i ->
                    threads.submit(() ->
                        modules.add(
                            ACME,
                            module(ACME),
                            Optional.empty(),
                            Allowance.PLATFORM,
                            entry(),
                            () -> {})))
                .toList();
        Eventually.holds("one of them has a connection", () -> active(pool) > 0);

        modules.add(OTHER, module(OTHER), Optional.empty(), Allowance.PLATFORM, entry(), () -> {});
        assertThat(deploy(functions, OTHER)).isEqualTo(new FunctionStore.Addition.Kept());

        assertThat(waiting).noneMatch(Future::isDone);
        anotherNode.rollback();
        for (Future<ModuleStore.Addition> each : waiting) {
          assertThat(each.get()).isInstanceOf(ModuleStore.Addition.Kept.class);
        }
        assertThat(turns.tenants()).isZero();
      }
    }

    @Test
    void whoseTurnDoesNotCome_failsInAWayThatPasses() {
      Database database = database();
      TenantTurns turns = new TenantTurns(database, Duration.ofMillis(1));
      JdbiModuleStore modules = new JdbiModuleStore(database, turns);
      List<Throwable> failures = new CopyOnWriteArrayList<>();

      modules.add(
          ACME,
          module(ACME),
          Optional.empty(),
          Allowance.PLATFORM,
          entry(),
          () -> {
            Thread another = new Thread(() -> modules.forget(ACME, 100));
            another.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
            another.start();
            Eventually.holds("it has ended", () -> !another.isAlive());
          });

      assertThat(failures)
          .singleElement()
          .isInstanceOfSatisfying(
              StoreFailure.class, failure -> assertThat(failure.isRetryable()).isTrue());
      assertThat(turns.tenants()).isZero();
    }

    private HikariDataSource poolOfTwo() {
      HikariConfig config = new HikariConfig();
      config.setDataSource(source());
      config.setMaximumPoolSize(2);
      config.setConnectionTimeout(2_000);
      return new HikariDataSource(config);
    }

    private static int active(HikariDataSource pool) {
      return pool.getHikariPoolMXBean().getActiveConnections();
    }

    /** The next version of a function of which one is kept. */
    private static FunctionStore.Addition deploy(JdbiFunctionStore functions, TenantId tenant) {
      DeployedVersion next =
          FunctionStoreContract.version(
              tenant, MASK.value(), functions.last(tenant, MASK) + 1, module(tenant).digest());
      Traffic traffic =
          functions
              .traffic(tenant, MASK)
              .moved(Map.of(next.version().number(), Slots.COUNT), "someone", NOW);
      return functions.add(tenant, next, traffic, 1, 10, entry());
    }

    private static PublishedModule module(TenantId tenant) {
      return ModuleStoreContract.module(tenant, "mask", "1", 1);
    }

    private static AuditEntry entry() {
      return AuditEntry.done(NOW, ACME, "someone", "add", "", "");
    }
  }

  @Nested
  final class ClassStoreLaws {
    private static final byte[] CLASSES = {1, 2, 3};
    private final ModuleDigest digest = new ModuleDigest("a".repeat(64));
    private final JdbiClassStore store = new JdbiClassStore(database());

    @Test
    void law1_load_givesWhatWasSavedLastUnderBothKeys() {
      byte[] large = new byte[3 * ModuleChunks.CHUNK_BYTES + 1];
      large[large.length - 1] = 1;
      store.save(digest, "one", large);
      assertThat(new JdbiClassStore(database()).load(digest, "one").orElseThrow()).isEqualTo(large);

      store.save(digest, "one", CLASSES);

      assertThat(store.load(digest, "one")).hasValue(CLASSES);
      assertThat(store.load(digest, "two")).isEmpty();
      assertThat(store.load(new ModuleDigest("b".repeat(64)), "one")).isEmpty();
    }

    @Test
    void law1_save_byManyAtOnce_keepsOneOfThemWhole() throws Exception {
      List<Callable<Object>> saving =
          IntStream.range(1, 9)
              .mapToObj(i -> Executors.callable(() -> store.save(digest, "one", filled(i))))
              .toList();

      try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
        threads.invokeAll(saving).forEach(Future::resultNow);
      }

      byte[] kept = store.load(digest, "one").orElseThrow();
      assertThat(kept).isEqualTo(filled(kept[0]));
    }

    /** Of a length of its own. */
    private static byte[] filled(int with) {
      byte[] bytes = new byte[with * ModuleChunks.CHUNK_BYTES / 4];
      Arrays.fill(bytes, (byte) with);
      return bytes;
    }

    @Test
    void law3_delete_removesAllFormats_andLeavesTheModule() {
      byte[] module = {1};
      ModuleDigest own = ModuleDigest.of(module);
      new JdbiBlobStore(database()).put(own, module);
      store.save(own, "one", CLASSES);
      store.save(own, "two", CLASSES);

      store.delete(own);

      assertThat(store.load(own, "one")).isEmpty();
      assertThat(store.load(own, "two")).isEmpty();
      assertThat(new JdbiBlobStore(database()).load(own)).hasValue(module);
    }

    @Test
    void save_ofALaterRelease_keepsTheOneBeforeOnly() {
      store.save(digest, "one", CLASSES);
      store.save(digest, "two", CLASSES);
      assertThat(store.load(digest, "one")).hasValue(CLASSES);

      store.save(digest, "three", CLASSES);

      assertThat(store.load(digest, "one")).isEmpty();
      assertThat(store.load(digest, "two")).hasValue(CLASSES);
      assertThat(store.load(digest, "three")).hasValue(CLASSES);
    }

    @Test
    void start_onSeveralNodesAtOnce_agreeOnOneKey() throws Exception {
      List<Callable<SecretKey>> starting =
          IntStream.range(0, 4)
              .<Callable<SecretKey>>mapToObj(i ->
                  () -> {
                    JdbiClassStore each = new JdbiClassStore(database());
                    each.start();
                    return each.key();
                  })
              .toList();

      try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
        assertThat(threads.invokeAll(starting).stream().map(Future::resultNow).distinct())
            .hasSize(1);
      }
    }

    @Test
    void databaseGone_isAMiss_andAFailureToDelete() {
      store.save(digest, "one", CLASSES);
      database.close();

      assertThat(store.load(digest, "one")).isEmpty();
      store.save(digest, "one", CLASSES);
      assertThatThrownBy(() -> store.delete(digest)).isInstanceOf(StoreFailure.class);
    }
  }
}
