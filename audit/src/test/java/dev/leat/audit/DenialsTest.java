package dev.leat.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.audit.AuditStore.Filter;
import dev.leat.audit.jdbi.AuditSchema;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.TestDatabase;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DenialsTest {
  private final TestDatabase database = TestDatabase.h2();
  private final ManualClock clock = new ManualClock();
  private final AuditStore store = new JdbiAuditStore(database.dataSource());
  private final AuditLog log =
      new AuditLog(
          store, (type, payload) -> new CheckpointSigner.Signed("kid", "{}", "jws"), clock);

  @BeforeEach
  void migrate() {
    AuditSchema.migrate(database.dataSource());
  }

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
  void tooManyKinds_areCountedTogether() {
    for (int i = 0; i < Denials.KINDS_MAX + 5; i++) {
      log.denials().count(Optional.empty(), "eve", "a", "r" + i);
    }

    log.recordDenials();

    assertThat(store.seal(10_000)).isEqualTo(Denials.KINDS_MAX + 1);
    assertThat(store.from(1, 10_000))
        .filteredOn(record -> record.entry().action().equals("(others)"))
        .singleElement()
        .satisfies(record -> assertThat(record.entry().details()).startsWith("times 5, "));
  }

  private List<AuditRecord> denied() {
    return store.list(Filter.ALL, 10, AuditStore.START).items();
  }
}
