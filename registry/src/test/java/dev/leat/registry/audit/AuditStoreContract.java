package dev.leat.registry.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link AuditStore}, by their numbers. */
public abstract class AuditStoreContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123Z");

  private AuditStore store;

  protected abstract AuditStore newStore();

  @BeforeEach
  void open() {
    store = newStore();
  }

  @Test
  void law1_append_keepsTheEntryAsItIs() {
    AuditEntry entry =
        new AuditEntry(NOW, ACME, "Ünï 'quoted'", "a.b", "r\n", false, "x".repeat(5_000));

    store.append(ACME, entry);

    assertThat(store.list(ACME, 1, AuditStore.START).items())
        .extracting(AuditRecord::entry)
        .containsExactly(entry);
  }

  @Test
  void law2_list_givesEachOnceNewestFirst() {
    for (int i = 0; i < 5; i++) {
      store.append(ACME, entry(ACME, "a" + i));
      store.append(OTHER, entry(OTHER, "other"));
    }

    List<String> met = new ArrayList<>();
    Optional<String> cursor = Optional.of(Long.toString(AuditStore.START));
    while (cursor.isPresent()) {
      Page<AuditRecord> page = store.list(ACME, 2, Long.parseLong(cursor.get()));
      page.items().forEach(record -> met.add(record.entry().action()));
      store.append(ACME, entry(ACME, "later"));
      cursor = page.next();
    }

    assertThat(met).containsExactly("a4", "a3", "a2", "a1", "a0");
  }

  private static AuditEntry entry(TenantId tenant, String action) {
    return AuditEntry.done(NOW, tenant, "someone", action, "", "");
  }
}
