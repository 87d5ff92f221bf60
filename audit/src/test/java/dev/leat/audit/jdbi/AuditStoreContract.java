package dev.leat.audit.jdbi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.audit.AuditChain;
import dev.leat.audit.AuditEntry;
import dev.leat.audit.AuditRecord;
import dev.leat.audit.AuditStore;
import dev.leat.audit.AuditStore.Filter;
import dev.leat.audit.Checkpoint;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link AuditStore}, by their numbers. */
abstract class AuditStoreContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123Z");

  static final MigratedDatabases DATABASES = new MigratedDatabases(AuditSchema::migrate);

  private final TestDatabase database;
  private AuditStore store;

  AuditStoreContract(TestDatabase database) {
    this.database = database;
  }

  @BeforeEach
  void open() {
    store = node();
  }

  @AfterEach
  void close() {
    database.close();
  }

  private AuditStore node() {
    return new JdbiAuditStore(database.dataSource());
  }

  @Test
  void law1_append_keepsTheEntryAsItIs() {
    AuditEntry entry =
        new AuditEntry(
            NOW,
            Optional.of(ACME),
            "Ünï 'quoted'",
            "a.b",
            "r\n",
            false,
            "x".repeat(5_000),
            "request");
    AuditEntry ofThePlatform =
        new AuditEntry(NOW, Optional.empty(), "operator", "a", "", true, "", "");

    store.append(entry);
    store.append(ofThePlatform);
    store.seal(10);

    assertThat(store.from(1, 10))
        .extracting(AuditRecord::entry)
        .containsExactly(entry, ofThePlatform);
  }

  @Test
  void law1_whatADatabaseCannotKeep_isReplaced() {
    store.append(entry(ACME, "a", "nul \0, half \ud800, long " + "x".repeat(AuditEntry.TEXT_MAX)));
    store.seal(10);

    assertThat(store.from(1, 1).getFirst().entry().details())
        .startsWith("nul \uFFFD, half \uFFFD, long x")
        .hasSize(AuditEntry.TEXT_MAX);
  }

  @Test
  void law2_manyNodesSealAtOnce_oneChain() throws Exception {
    int nodes = 4;
    int each = 25;
    List<Future<?>> done = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(nodes)) {
      for (int node = 0; node < nodes; node++) {
        AuditStore own = node();
        done.add(
            threads.submit(() -> {
              for (int i = 0; i < each; i++) {
                own.append(entry(ACME, "a" + i, ""));
                own.seal(3);
              }
            }));
      }
    }
    for (Future<?> one : done) {
      one.get();
    }
    while (store.seal(10) > 0) {
      // until none is left
    }

    List<AuditRecord> chain = store.from(1, 1_000);
    assertThat(chain).hasSize(nodes * each);
    List<AuditEntry> entries = chain.stream().map(AuditRecord::entry).toList();
    assertThat(chain)
        .isEqualTo(AuditChain.after(new AuditStore.Head(0, AuditChain.GENESIS), entries));
    assertThat(store.head()).isEqualTo(new AuditStore.Head(chain.size(), chain.getLast().hash()));
  }

  @Test
  void law3_list_givesEachOnceNewestFirst() {
    for (int i = 0; i < 5; i++) {
      store.append(entry(ACME, "a" + i, ""));
      store.append(entry(OTHER, "other", ""));
    }
    store.seal(100);

    List<String> met = new ArrayList<>();
    Optional<String> cursor = Optional.of(Long.toString(AuditStore.START));
    while (cursor.isPresent()) {
      Page<AuditRecord> page = store.list(Filter.of(ACME), 2, Long.parseLong(cursor.get()));
      page.items().forEach(record -> met.add(record.entry().action()));
      store.append(entry(ACME, "later", ""));
      store.seal(100);
      cursor = page.next();
    }

    assertThat(met).containsExactly("a4", "a3", "a2", "a1", "a0");
  }

  @Test
  void law3_list_filters() {
    store.append(entry(ACME, "function.deploy", ""));
    store.append(entry(ACME, "function.delete", ""));
    store.append(entry(ACME, "functional", ""));
    store.append(
        new AuditEntry(
            NOW.plusSeconds(5), Optional.of(ACME), "eve", "key.revoke", "k", false, "", ""));
    store.seal(100);

    assertThat(actions(filter(Optional.of("function"), Optional.empty())))
        .containsExactly("function.delete", "function.deploy");
    assertThat(actions(filter(Optional.of("function.deploy"), Optional.empty())))
        .containsExactly("function.deploy");
    assertThat(actions(filter(Optional.empty(), Optional.of(NOW.plusSeconds(5)))))
        .containsExactly("key.revoke");
    assertThat(
            actions(
                new Filter(
                    Optional.empty(),
                    Optional.of("eve"),
                    Optional.empty(),
                    Optional.of("k"),
                    Optional.of(false),
                    Optional.empty(),
                    Optional.of(NOW.plusSeconds(6)))))
        .containsExactly("key.revoke");
  }

  @Test
  void law6_theFirstCheckpointOfARecordStays() {
    Checkpoint first = new Checkpoint(7, NOW, "h", "kid", "{}", "first");

    store.keep(first);
    store.keep(new Checkpoint(7, NOW, "h", "kid", "{}", "second"));

    assertThat(store.last()).contains(first);
    assertThat(store.checkpoints(7, 10)).containsExactly(first);
    assertThat(store.checkpoints(8, 10)).isEmpty();
  }

  private List<String> actions(Filter filter) {
    return store.list(filter, 10, AuditStore.START).items().stream()
        .map(record -> record.entry().action())
        .toList();
  }

  private static Filter filter(Optional<String> action, Optional<Instant> since) {
    return new Filter(
        Optional.of(ACME),
        Optional.empty(),
        action,
        Optional.empty(),
        Optional.empty(),
        since,
        Optional.empty());
  }

  private static AuditEntry entry(TenantId tenant, String action, String details) {
    return AuditEntry.done(NOW, tenant, "someone", action, "", details);
  }
}
