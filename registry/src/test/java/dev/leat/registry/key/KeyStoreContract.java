package dev.leat.registry.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.AuditStore;
import dev.leat.contract.Change;
import dev.leat.contract.TenantId;
import dev.leat.registry.Announced;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link KeyStore}, by their numbers. */
public abstract class KeyStoreContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123Z");

  private KeyStore store;
  private AuditStore audit;

  protected abstract KeyStore newStore();

  /** The audit store that the new store writes into. */
  protected abstract AuditStore itsAuditStore();

  /** What the new store announces from now on. */
  protected abstract Announced announced();

  @BeforeEach
  void open() {
    store = newStore();
    audit = itsAuditStore();
  }

  @Test
  void law1_add_keepsTheFirstOfAKid() {
    PublisherKey first = key(ACME, "k1", NOW);

    assertThat(store.add(ACME, first, entry(ACME, "add"))).isEqualTo(first);
    assertThat(store.add(ACME, key(ACME, "k1", NOW.plusSeconds(1)), entry(ACME, "again")))
        .isEqualTo(first);
    assertThat(store.list(ACME)).containsExactly(first);
  }

  @Test
  void law2_findAndList_giveOnlyTheTenantsKeysOldestFirst() {
    PublisherKey second = key(ACME, "k1", NOW.plusSeconds(1));
    PublisherKey first = key(ACME, "k2", NOW);
    PublisherKey others = key(OTHER, "k1", NOW);
    store.add(ACME, second, entry(ACME, "add"));
    store.add(ACME, first, entry(ACME, "add"));
    store.add(OTHER, others, entry(OTHER, "add"));

    assertThat(store.list(ACME)).containsExactly(first, second);
    assertThat(store.find(OTHER, "k1")).contains(others);
    assertThat(store.find(OTHER, "k2")).isEmpty();
  }

  @Test
  void law3_revoke_keepsTheFirstInstant() {
    store.add(ACME, key(ACME, "k1", NOW), entry(ACME, "add"));

    assertThat(store.revoke(OTHER, "k1", NOW, entry(OTHER, "revoke"))).isEmpty();
    assertThat(store.revoke(ACME, "k2", NOW, entry(ACME, "revoke"))).isEmpty();
    PublisherKey revoked = store.revoke(ACME, "k1", NOW, entry(ACME, "revoke")).orElseThrow();
    assertThat(revoked.revokedAt()).contains(NOW);
    assertThat(store.revoke(ACME, "k1", NOW.plusSeconds(9), entry(ACME, "revoke")))
        .contains(revoked);
    assertThat(store.find(ACME, "k1")).contains(revoked);
  }

  @Test
  void law4_entry_isKeptWithAChangeOnly() {
    store.add(ACME, key(ACME, "k1", NOW), entry(ACME, "add"));
    store.add(ACME, key(ACME, "k1", NOW), entry(ACME, "add again"));
    store.revoke(ACME, "k1", NOW, entry(ACME, "revoke"));
    store.revoke(ACME, "k1", NOW, entry(ACME, "revoke again"));
    store.revoke(ACME, "k2", NOW, entry(ACME, "revoke none"));

    audit.seal(100);
    assertThat(audit.list(AuditStore.Filter.of(ACME), 10, AuditStore.START).items())
        .extracting(record -> record.entry().action())
        .containsExactly("revoke", "add");
  }

  @Test
  void law4_change_isAnnouncedOnce() {
    Announced announced = announced();
    store.add(ACME, key(ACME, "k1", NOW), entry(ACME, "add"));
    store.add(ACME, key(ACME, "k1", NOW), entry(ACME, "again"));
    store.revoke(ACME, "k1", NOW, entry(ACME, "revoke"));
    store.revoke(ACME, "k1", NOW, entry(ACME, "again"));
    store.revoke(OTHER, "k1", NOW, entry(OTHER, "another's"));
    store.forget(ACME);
    store.forget(ACME);

    assertThat(announced.changes())
        .containsExactly(
            new Change.PublisherKeyChanged(ACME, "k1"),
            new Change.PublisherKeyChanged(ACME, "k1"),
            new Change.PublisherKeysForgotten(ACME));
  }

  @Test
  void law2_find_theFirstOfSeveralTenants() {
    store.add(ACME, key(ACME, "k1", NOW), entry(ACME, "add"));
    store.add(OTHER, key(OTHER, "k1", NOW), entry(OTHER, "add"));

    assertThat(store.find(List.of(OTHER, ACME), "k1")).contains(key(OTHER, "k1", NOW));
    assertThat(store.find(List.of(ACME, OTHER), "k1")).contains(key(ACME, "k1", NOW));
    assertThat(store.find(List.of(ACME), "k2")).isEmpty();
    assertThat(store.find(List.of(), "k1")).isEmpty();
  }

  @Test
  void law5_limit_setsWhenItMaySign_unlessItIsRevoked() {
    KeyValidity until = new KeyValidity(Optional.of(NOW), Optional.of(NOW.plusSeconds(60)));
    store.add(ACME, key(ACME, "k1", NOW), entry(ACME, "add"));

    assertThat(store.limit(ACME, "k1", until, entry(ACME, "limit")))
        .hasValueSatisfying(key -> assertThat(key.validity()).isEqualTo(until));
    assertThat(store.limit(ACME, "k2", until, entry(ACME, "none"))).isEmpty();
    assertThat(store.limit(OTHER, "k1", until, entry(OTHER, "another's"))).isEmpty();
    store.limit(ACME, "k1", until, entry(ACME, "again"));
    store.revoke(ACME, "k1", NOW, entry(ACME, "revoke"));
    assertThat(store.limit(ACME, "k1", KeyValidity.ALWAYS, entry(ACME, "revoked")))
        .hasValueSatisfying(key -> assertThat(key.validity()).isEqualTo(until));

    audit.seal(100);
    assertThat(audit.list(AuditStore.Filter.of(ACME), 10, AuditStore.START).items())
        .extracting(record -> record.entry().action())
        .containsExactly("revoke", "limit", "add");
  }

  @Test
  void law6_forget_removesTheTenantsKeysOnly() {
    store.add(ACME, key(ACME, "k1", NOW), entry(ACME, "add"));
    store.add(OTHER, key(OTHER, "k1", NOW), entry(OTHER, "add"));

    store.forget(ACME);

    assertThat(store.list(ACME)).isEmpty();
    assertThat(store.list(OTHER)).hasSize(1);
  }

  private static PublisherKey key(TenantId tenant, String kid, Instant at) {
    return new PublisherKey(tenant, kid, "laptop", "x".repeat(43), at, Optional.empty());
  }

  private static AuditEntry entry(TenantId tenant, String action) {
    return AuditEntry.done(NOW, tenant, "someone", action, "", "");
  }
}
