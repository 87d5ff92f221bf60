package dev.leat.registry.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.AuditStore;
import dev.leat.contract.Change;
import dev.leat.contract.ConnectionUrl;
import dev.leat.contract.TenantId;
import dev.leat.registry.Announced;
import dev.leat.registry.connection.ConnectionStore.Added;
import dev.leat.registry.connection.ConnectionStore.Sealed;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link ConnectionStore}, by their numbers. */
public abstract class ConnectionStoreContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private ConnectionStore store;

  protected abstract ConnectionStore newStore();

  protected abstract AuditStore itsAuditStore();

  protected abstract Announced announced();

  @BeforeEach
  void open() {
    store = newStore();
  }

  @Test
  void law1_add_keepsUnlessTakenOrFull() {
    assertThat(add(ACME, "b", 2)).isEqualTo(Added.DONE);
    assertThat(add(ACME, "b", 2)).isEqualTo(Added.TAKEN);
    assertThat(add(ACME, "a", 2)).isEqualTo(Added.DONE);
    assertThat(add(ACME, "c", 2)).isEqualTo(Added.FULL);
    assertThat(add(OTHER, "b", 2)).isEqualTo(Added.DONE);
  }

  @Test
  void law2_whatIsKept_isFoundAsItWas() {
    add(ACME, "b", 9);
    add(ACME, "a", 9);

    assertThat(store.list(ACME)).containsExactly(connection(ACME, "a"), connection(ACME, "b"));
    assertThat(store.list(OTHER)).isEmpty();
    assertThat(store.count(ACME)).isEqualTo(2);
    Sealed found = store.find(ACME, "a").orElseThrow();
    assertThat(found.connection()).isEqualTo(connection(ACME, "a"));
    assertThat(found.password()).containsExactly(1, 2, 3);
    assertThat(store.find(OTHER, "a")).isEmpty();
  }

  @Test
  void law3_delete_removesTheOne() {
    add(ACME, "a", 9);
    add(OTHER, "a", 9);

    assertThat(store.delete(ACME, "a", entry(ACME, "gone"))).isTrue();
    assertThat(store.delete(ACME, "a", entry(ACME, "gone"))).isFalse();
    assertThat(store.count(ACME)).isZero();
    assertThat(store.count(OTHER)).isEqualTo(1);
  }

  @Test
  void law4_whatChanges_isRecordedAndAnnounced_andNothingElse() {
    Announced announced = announced();
    add(ACME, "a", 1);
    add(ACME, "a", 1);
    add(ACME, "b", 1);
    store.delete(ACME, "a", entry(ACME, "deleted"));
    store.delete(ACME, "a", entry(ACME, "deleted"));
    store.forget(ACME);

    assertThat(announced.changes())
        .containsExactly(new Change.ConnectionsChanged(ACME), new Change.ConnectionsChanged(ACME));
    AuditStore audit = itsAuditStore();
    audit.seal(100);
    assertThat(audit.list(AuditStore.Filter.of(ACME), 10, AuditStore.START).items())
        .extracting(record -> record.entry().action())
        .containsExactlyInAnyOrder("added", "deleted");
  }

  @Test
  void law5_forget_removesAllOfTheTenant() {
    add(ACME, "a", 9);
    add(ACME, "b", 9);
    add(OTHER, "a", 9);
    Announced announced = announced();

    store.forget(ACME);

    assertThat(store.list(ACME)).isEmpty();
    assertThat(store.count(OTHER)).isEqualTo(1);
    assertThat(announced.changes()).containsExactly(new Change.ConnectionsChanged(ACME));
  }

  @Test
  void law6_reseal_putsOtherBytesInPlaceOfOutdatedOnes() {
    add(ACME, "a", 9);
    store.add(connection(ACME, "b"), new byte[] {9}, 9, entry(ACME, "added"));

    int done =
        store.reseal(
            sealed -> sealed.length == 3,
            sealed -> new Sealed(sealed.connection(), new byte[] {7}));

    assertThat(done).isEqualTo(1);
    assertThat(store.find(ACME, "a").orElseThrow().password()).containsExactly(7);
    assertThat(store.find(ACME, "b").orElseThrow().password()).containsExactly(9);
  }

  private Added add(TenantId tenant, String name, long most) {
    return store.add(connection(tenant, name), new byte[] {1, 2, 3}, most, entry(tenant, "added"));
  }

  private static TenantConnection connection(TenantId tenant, String name) {
    return new TenantConnection(
        tenant, name, ConnectionUrl.of("jdbc:postgresql://db/orders"), "user", NOW, "somebody");
  }

  private static AuditEntry entry(TenantId tenant, String action) {
    return AuditEntry.done(NOW, tenant, "somebody", action, "a", "");
  }
}
