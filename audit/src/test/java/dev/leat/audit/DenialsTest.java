package dev.leat.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.audit.AuditStore.Filter;
import dev.leat.audit.jdbi.AuditSchema;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.TenantId;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DenialsTest {
  private static final MigratedDatabases DATABASES = new MigratedDatabases(AuditSchema::migrate);

  private final TestDatabase database = DATABASES.h2();
  private final ManualClock clock = new ManualClock();
  private final AuditStore store = new JdbiAuditStore(database.dataSource());
  private final AuditLog log =
      new AuditLog(
          store, (type, payload) -> new CheckpointSigner.Signed("kid", "{}", "jws"), clock);

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void manyOfAKind_areOneRecordAMinute() {
    for (int i = 0; i < 1_000_000; i++) {
      log.denials().count(Optional.empty(), "eve", "createTenant", "/v1/tenants");
    }

    log.maintain();
    assertThat(denied()).isEmpty();

    clock.advance(AuditLog.DENIALS_PAUSE);
    log.maintain();
    assertThat(denied())
        .singleElement()
        .satisfies(record -> {
          assertThat(record.entry().allowed()).isFalse();
          assertThat(record.entry().details()).startsWith("times 1000000, since ");
        });

    clock.advance(AuditLog.DENIALS_PAUSE);
    log.maintain();
    assertThat(denied()).hasSize(1);
  }

  @Test
  void tooManyKindsOfATenant_areCountedTogether_andHideNoOthers() {
    TenantId loud = new TenantId("loud");
    TenantId quiet = new TenantId("quiet");
    for (int i = 0; i < 1_000_000; i++) {
      log.denials().count(Optional.of(loud), "function f", "http:read", "https://a.example/" + i);
    }
    log.denials().count(Optional.of(quiet), "function f", "http:read", "https://b.example/");

    log.recordDenials();

    assertThat(store.seal(10_000)).isEqualTo(Denials.KINDS_PER_TENANT + 2);
    assertThat(store.from(1, 10_000))
        .filteredOn(record -> record.entry().action().equals("(others)"))
        .singleElement()
        .satisfies(record -> {
          assertThat(record.entry().tenant()).contains(loud);
          assertThat(record.entry().details()).startsWith("times 999900, ");
        });
    assertThat(store.from(1, 10_000))
        .filteredOn(record -> record.entry().tenant().equals(Optional.of(quiet)))
        .singleElement()
        .satisfies(record -> assertThat(record.entry().resource()).isEqualTo("https://b.example/"));
  }

  @Test
  void tooManyKindsOfAll_areCountedByTenant() {
    for (int tenant = 0; tenant < 20; tenant++) {
      for (int i = 0; i < Denials.KINDS_PER_TENANT; i++) {
        log.denials().count(Optional.of(new TenantId("t" + tenant)), "eve", "a", "r" + i);
      }
    }

    log.recordDenials();

    assertThat(store.seal(10_000)).isEqualTo(Denials.KINDS_MAX + 10);
  }

  private List<AuditRecord> denied() {
    return store.list(Filter.ALL, 10, AuditStore.START).items();
  }
}
