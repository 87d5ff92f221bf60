package dev.leat.registry.trust;

import static dev.leat.registry.module.ModuleStoreContract.digest;
import static dev.leat.registry.trust.OnRevoke.DRAIN;
import static dev.leat.registry.trust.OnRevoke.KEEP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.AuditStore;
import dev.leat.contract.Allowance;
import dev.leat.contract.Change;
import dev.leat.contract.TenantId;
import dev.leat.registry.Announced;
import dev.leat.registry.key.KeyStore;
import dev.leat.registry.key.KeyValidity;
import dev.leat.registry.key.PublisherKey;
import dev.leat.registry.module.ModuleStore;
import dev.leat.registry.module.ModuleStore.Addition;
import dev.leat.registry.module.ModuleStoreContract;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link PolicyStore}, by their numbers, and what it shows of those of others. */
public abstract class PolicyStoreContract {
  private static final TenantId USER = new TenantId("user");
  private static final TenantId PUBLISHER = new TenantId("publisher");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123Z");
  private static final TrustPolicy DRAINING = new TrustPolicy(true, Optional.empty(), DRAIN);
  private static final TrustPolicy OWN_ONLY =
      new TrustPolicy(true, Optional.of(Set.of(USER)), KEEP);

  private PolicyStore store;
  private KeyStore keys;
  private ModuleStore modules;

  protected abstract PolicyStore newStore();

  protected abstract KeyStore itsKeyStore();

  protected abstract ModuleStore itsModuleStore();

  /** The audit store that the new store writes into. */
  protected abstract AuditStore itsAuditStore();

  /** What the new store announces from now on. */
  protected abstract Announced announced();

  @BeforeEach
  void open() {
    store = newStore();
    keys = itsKeyStore();
    modules = itsModuleStore();
    register(USER, "own");
    register(PUBLISHER, "theirs");
  }

  @Test
  void law1_find_givesWhatWasSetLast() {
    assertThat(store.find(USER)).isEqualTo(TrustPolicy.DEFAULT);

    store.change(USER, before -> OWN_ONLY, after -> entry("set"));
    assertThat(store.find(USER)).isEqualTo(OWN_ONLY);
    store.change(USER, before -> DRAINING, after -> entry("set"));

    assertThat(store.find(USER)).isEqualTo(DRAINING);
    assertThat(store.find(PUBLISHER)).isEqualTo(TrustPolicy.DEFAULT);
  }

  @Test
  void law2_set_isRecordedAndAnnouncedWhenItChangesSomething() {
    Announced announced = announced();

    store.change(USER, before -> DRAINING, after -> entry("set"));
    store.change(USER, before -> DRAINING, after -> entry("again"));

    assertThat(announced.changes()).containsExactly(new Change.TrustChanged(USER));
    AuditStore audit = itsAuditStore();
    audit.seal(100);
    assertThat(audit.list(AuditStore.Filter.of(USER), 10, AuditStore.START).items())
        .extracting(record -> record.entry().action())
        .containsExactly("set", "register");
  }

  @Test
  void law2_ofSeveralChangesAtOnce_noneIsLost() throws Exception {
    List<TenantId> added = new ArrayList<>();
    List<Future<TrustPolicy>> changes = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 20; i++) {
        TenantId one = new TenantId("publisher-" + i);
        added.add(one);
        changes.add(
            threads.submit(
                () -> store.change(USER, before -> trusting(before, one), after -> entry("set"))));
      }
      for (Future<TrustPolicy> change : changes) {
        assertThat(change.get().trusted()).isPresent();
      }
    }

    assertThat(store.find(USER).trusted()).contains(Set.copyOf(added));
  }

  private static TrustPolicy trusting(TrustPolicy before, TenantId one) {
    Set<TenantId> trusted = new HashSet<>(before.trusted().orElse(Set.of()));
    trusted.add(one);
    return new TrustPolicy(before.requiresSignature(), Optional.of(trusted), before.onRevoke());
  }

  @Test
  void law3_signatures_areThoseOfEachKey_withItsRevocation() {
    add(1, USER, "own");
    add(1, PUBLISHER, "theirs");
    add(1, PUBLISHER, "theirs");

    keys.revoke(PUBLISHER, "theirs", NOW.plusSeconds(1), entry("revoke"));

    assertThat(store.signatures(USER, digest(1)))
        .containsExactly(
            signature(PUBLISHER, "theirs", Optional.empty(), Optional.of(NOW.plusSeconds(1))),
            signature(USER, "own", Optional.empty(), Optional.empty()));
    assertThat(store.signatures(PUBLISHER, digest(1))).isEmpty();
    assertThat(store.signatures(USER, digest(2))).isEmpty();
  }

  @Test
  void law3_signatures_goWithTheModule() {
    add(1, USER, "own");
    add(2, USER, "own");

    modules.delete(USER, digest(1), entry("delete"));
    assertThat(store.signatures(USER, digest(1))).isEmpty();
    modules.forget(USER, 10);
    assertThat(store.signatures(USER, digest(2))).isEmpty();
  }

  @Test
  void law3_aKeyThatMayNotSign_addsNothing() {
    keys.revoke(USER, "own", NOW, entry("revoke"));
    keys.limit(
        PUBLISHER, "theirs", new KeyValidity(Optional.empty(), Optional.of(NOW)), entry("limit"));

    assertThat(addition(1, USER, "own"))
        .isInstanceOfSatisfying(
            Addition.NotSigned.class, end -> assertThat(end.why()).contains("was revoked"));
    assertThat(addition(1, PUBLISHER, "theirs"))
        .isInstanceOfSatisfying(
            Addition.NotSigned.class, end -> assertThat(end.why()).contains("no more since"));
    assertThat(addition(1, USER, "unknown")).isInstanceOf(Addition.NotSigned.class);
    assertThat(modules.count(USER)).isZero();
    assertThat(store.signatures(USER, digest(1))).isEmpty();
  }

  @Test
  void law4_drained_whatOnlyRevokedKeysSigned_whereThePolicySaysSo() {
    register(USER, "second");
    add(1, USER, "own");
    add(2, USER, "own");
    add(2, USER, "second");
    add(3, USER, "second");
    keys.revoke(USER, "own", NOW, entry("revoke"));
    assertThat(store.drained(USER)).isEmpty();

    store.change(USER, before -> DRAINING, after -> entry("set"));

    assertThat(store.drained(USER)).containsExactly(digest(1));
    assertThat(store.drained()).isEqualTo(Map.of(USER, Set.of(digest(1))));
    assertThat(store.drained(PUBLISHER)).isEmpty();
  }

  @Test
  void law4_drained_isAnnouncedToWhoDrains_whoeversKeyItIs() {
    store.change(USER, before -> DRAINING, after -> entry("set"));
    add(1, PUBLISHER, "theirs");
    Announced announced = announced();

    keys.revoke(PUBLISHER, "theirs", NOW, entry("revoke"));

    assertThat(announced.changes())
        .containsExactly(
            new Change.PublisherKeyChanged(PUBLISHER, "theirs"), new Change.TrustChanged(USER));
    assertThat(store.drained(USER)).containsExactly(digest(1));
  }

  @Test
  void law5_forget_thePolicyIsTheDefaultAgain() {
    store.change(USER, before -> DRAINING, after -> entry("set"));
    store.change(PUBLISHER, before -> OWN_ONLY, after -> entry("set"));
    Announced announced = announced();

    store.forget(USER);
    store.forget(USER);

    assertThat(store.find(USER)).isEqualTo(TrustPolicy.DEFAULT);
    assertThat(store.find(PUBLISHER).trusted()).contains(Set.of());
    assertThat(announced.changes()).containsExactly(new Change.TrustChanged(USER));
  }

  @Test
  void law5_forget_signaturesForOthersAreOrphaned_asTrustedAsTheyAre() {
    TenantId strict = new TenantId("strict");
    add(1, PUBLISHER, "theirs");
    store.change(strict, before -> OWN_ONLY, after -> entry("set"));
    add(strict, 1, PUBLISHER, "theirs");
    add(PUBLISHER, 1, PUBLISHER, "theirs");

    keys.forget(PUBLISHER);
    store.forget(PUBLISHER);

    assertThat(store.signatures(USER, digest(1)))
        .containsExactly(signature(PUBLISHER, "theirs", Optional.of(true), Optional.empty()));
    assertThat(store.signatures(strict, digest(1)))
        .containsExactly(signature(PUBLISHER, "theirs", Optional.of(false), Optional.empty()));
  }

  /** The next tenant of that name has the same key, and revokes it: that is none of ours. */
  @Test
  void law5_forget_aLaterPublisherOfTheNameDecidesNothing() {
    add(1, PUBLISHER, "theirs");
    store.change(USER, before -> DRAINING, after -> entry("set"));
    store.forget(PUBLISHER);
    keys.forget(PUBLISHER);

    register(PUBLISHER, "theirs");
    keys.revoke(PUBLISHER, "theirs", NOW, entry("revoke"));
    assertThat(store.drained(USER)).isEmpty();

    add(2, USER, "own");
    add(1, USER, "own");
    store.forget(PUBLISHER);
    assertThat(store.signatures(USER, digest(1))).hasSize(2);
  }

  /** Revoked before its publisher went: it stays so. */
  @Test
  void law5_forget_whatWasRevokedStaysRevoked() {
    add(1, PUBLISHER, "theirs");
    store.change(USER, before -> DRAINING, after -> entry("set"));
    keys.revoke(PUBLISHER, "theirs", NOW, entry("revoke"));

    keys.forget(PUBLISHER);
    store.forget(PUBLISHER);

    assertThat(store.drained(USER)).containsExactly(digest(1));
  }

  private static ModuleSignature signature(
      TenantId publisher, String kid, Optional<Boolean> orphaned, Optional<Instant> revokedAt) {
    return new ModuleSignature(publisher, kid, orphaned, NOW, revokedAt);
  }

  private void register(TenantId tenant, String kid) {
    keys.add(
        tenant,
        new PublisherKey(tenant, kid, "", "x".repeat(43), NOW, Optional.empty()),
        AuditEntry.done(NOW, tenant, "someone", "register", "", ""));
  }

  private void add(int content, TenantId publisher, String kid) {
    add(USER, content, publisher, kid);
  }

  private void add(TenantId tenant, int content, TenantId publisher, String kid) {
    assertThat(addition(tenant, content, publisher, kid)).isInstanceOf(Addition.Kept.class);
  }

  private Addition addition(int content, TenantId publisher, String kid) {
    return addition(USER, content, publisher, kid);
  }

  private Addition addition(TenantId tenant, int content, TenantId publisher, String kid) {
    return modules.add(
        tenant,
        ModuleStoreContract.module(tenant, "m" + content, "1", content),
        Optional.of(new Signer(publisher, kid)),
        Allowance.PLATFORM,
        entry("publish"),
        () -> {});
  }

  private static AuditEntry entry(String action) {
    return AuditEntry.done(NOW, USER, "someone", action, "", "");
  }
}
