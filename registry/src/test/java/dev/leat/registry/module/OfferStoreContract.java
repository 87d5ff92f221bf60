package dev.leat.registry.module;

import static dev.leat.registry.module.ModuleStoreContract.digest;
import static dev.leat.registry.module.ModuleStoreContract.module;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.AuditStore;
import dev.leat.contract.Allowance;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.registry.key.KeyStore;
import dev.leat.registry.key.PublisherKey;
import dev.leat.registry.module.Audience.Everybody;
import dev.leat.registry.module.Audience.Named;
import dev.leat.registry.module.Audience.Nobody;
import dev.leat.registry.module.OfferStore.Installation;
import dev.leat.registry.module.OfferStore.Offering;
import dev.leat.registry.module.OfferStore.Wanted;
import dev.leat.registry.trust.ModuleSignature;
import dev.leat.registry.trust.OnRevoke;
import dev.leat.registry.trust.PolicyStore;
import dev.leat.registry.trust.Signer;
import dev.leat.registry.trust.TrustPolicy;
import dev.leat.testkit.Seed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link OfferStore}, by their numbers. */
public abstract class OfferStoreContract {
  private static final TenantId PUBLISHER = new TenantId("publisher");
  private static final TenantId USER = new TenantId("user");
  private static final TenantId STRANGER = new TenantId("stranger");
  private static final Audience ALL = new Everybody();
  private static final Audience TO_USER = new Named(Set.of(USER));
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123Z");

  private OfferStore store;
  private ModuleStore modules;
  private KeyStore keys;
  private PolicyStore policies;
  private AuditStore audit;

  protected abstract OfferStore newStore();

  protected abstract ModuleStore itsModuleStore();

  protected abstract KeyStore itsKeyStore();

  protected abstract PolicyStore itsPolicyStore();

  protected abstract AuditStore itsAuditStore();

  @BeforeEach
  void open() {
    store = newStore();
    modules = itsModuleStore();
    keys = itsKeyStore();
    policies = itsPolicyStore();
    audit = itsAuditStore();
    register(PUBLISHER);
    register(STRANGER);
  }

  @Test
  void law1_offer_isToThisAudienceAndNoOther() {
    publish(PUBLISHER, "mask", "1", 1);
    assertThat(store.audience(PUBLISHER, digest(1))).contains(new Nobody());
    assertThat(found(USER, "")).isEmpty();

    for (Audience audience : List.of(TO_USER, ALL, new Nobody(), TO_USER)) {
      assertThat(offer(1, audience)).isEqualTo(new Offering.Offered());
      assertThat(store.audience(PUBLISHER, digest(1))).contains(audience);
      assertThat(found(USER, "")).hasSize(audience instanceof Nobody ? 0 : 1);
      assertThat(found(STRANGER, "")).hasSize(audience instanceof Everybody ? 1 : 0);
      assertThat(install(STRANGER, "mask", "1") instanceof Installation.Installed)
          .isEqualTo(audience instanceof Everybody);
      modules.delete(STRANGER, digest(1), entry("tidy"));
    }
  }

  @Test
  void law1_offer_ofWhatTheTenantDidNotPublish_isNone() {
    publish(PUBLISHER, "mask", "1", 1);
    offer(1, ALL);
    install(USER, "mask", "1");

    assertThat(store.offer(USER, digest(1), ALL, entry("offer")))
        .isEqualTo(new Offering.NoSuchModule());
    assertThat(store.audience(USER, digest(1))).isEmpty();
    assertThat(offer(2, ALL)).isEqualTo(new Offering.NoSuchModule());
  }

  @Test
  void law1_offer_reachesEachNameOfTheModule_andNoneThatComesLater() {
    publish(PUBLISHER, "mask", "1", 1);
    publish(PUBLISHER, "copy", "1", 1);
    offer(1, ALL);
    publish(PUBLISHER, "later", "1", 1);
    publish(PUBLISHER, "mask", "2", 2);

    assertThat(found(USER, "")).extracting(PublishedModule::name).containsExactly("copy", "mask");
    assertThat(found(USER, "")).extracting(PublishedModule::version).containsOnly("1");
  }

  @Test
  void law2_offer_ofANameThatLooksLikeAPublicOne_isRefused() {
    publish(PUBLISHER, "paypal", "1", 1);
    publish(STRANGER, "paypa1", "1", 2);
    register(USER);
    publish(USER, "paypal", "1", 3);
    store.offer(STRANGER, digest(2), TO_USER, entry("offer"));
    offer(1, ALL);

    assertThat(store.offer(STRANGER, digest(2), ALL, entry("offer")))
        .isEqualTo(new Offering.LooksLike(PUBLISHER, "paypal"));
    assertThat(store.audience(STRANGER, digest(2))).contains(TO_USER);
    assertThat(store.offer(USER, digest(3), ALL, entry("offer")))
        .as("the same name says whose it is")
        .isEqualTo(new Offering.Offered());
  }

  @Test
  void law2_offer_twoThatLookAlikeAtOnce_oneIs() throws Exception {
    publish(PUBLISHER, "paypal", "1", 1);
    publish(STRANGER, "paypa1", "1", 2);
    List<Callable<Offering>> offers =
        List.of(() -> offer(1, ALL), () -> store.offer(STRANGER, digest(2), ALL, entry("offer")));

    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      assertThat(threads.invokeAll(offers).stream().map(Future::resultNow).toList())
          .filteredOn(end -> end instanceof Offering.Offered)
          .hasSize(1);
    }
  }

  /** Characters that are wildcards elsewhere are none here. */
  @Test
  void law3_search_byATextOfPublisherAndName() {
    publish(PUBLISHER, "mask", "1", 1);
    publish(PUBLISHER, "unmask", "1", 2);
    offer(1, ALL);
    offer(2, TO_USER);

    assertThat(found(USER, "mask"))
        .extracting(PublishedModule::name)
        .containsExactly("unmask", "mask");
    assertThat(found(USER, "publisher/mask")).hasSize(1);
    assertThat(found(USER, "PUBLISHER")).isEmpty();
    assertThat(found(PUBLISHER, "mask")).extracting(PublishedModule::name).containsExactly("mask");
    for (String wildcards : List.of("%", "_", "*", "m%k", "%".repeat(100), "' OR ''='", "\\")) {
      assertThat(found(USER, wildcards)).as(wildcards).isEmpty();
    }
  }

  @Test
  void law3_search_meetsEachOnceLastPublishedFirst() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      publish(PUBLISHER, "mask", "1." + i, i);
      offer(i, i % 2 == 0 ? ALL : TO_USER);
      expected.addFirst("1." + i);
    }

    for (int limit : List.of(1, 2, 7, 100)) {
      assertThat(pages(USER, "mask", limit)).as("pages of %d", limit).isEqualTo(expected);
      assertThat(pages(USER, "", limit)).as("pages of %d", limit).isEqualTo(expected);
    }
    assertThat(pages(STRANGER, "", 2)).containsExactly("1.6", "1.4", "1.2", "1.0");
  }

  @Test
  void law4_install_isTheSameModuleWithItsSignatures() {
    publish(PUBLISHER, "mask", "1", 1);
    offer(1, TO_USER);

    Installation installed = install(USER, "mask", "1");

    PublishedModule module = module(PUBLISHER, "mask", "1", 1).installedBy(USER);
    assertThat(installed).isEqualTo(new Installation.Installed(module));
    assertThat(install(USER, "mask", "1")).isEqualTo(installed);
    assertThat(modules.find(USER, PUBLISHER, "mask", "1")).contains(module);
    assertThat(modules.find(USER, digest(1))).contains(module);
    assertThat(modules.find(USER, "mask", "1")).isEmpty();
    assertThat(modules.count(USER)).isEqualTo(1);
    assertThat(modules.storedBytes(USER)).isEqualTo(1);
    assertThat(policies.signatures(USER, digest(1)))
        .isEqualTo(policies.signatures(PUBLISHER, digest(1)))
        .hasSize(1);
  }

  @Test
  void law4_install_againBringsTheSignaturesThatWereAdded() {
    publish(PUBLISHER, "mask", "1", 1);
    offer(1, ALL);
    install(USER, "mask", "1");
    setPolicy(new TrustPolicy(true, Optional.empty(), OnRevoke.DRAIN));
    keys.revoke(PUBLISHER, "key", NOW, entry("revoke"));
    assertThat(policies.drained(USER)).containsExactly(digest(1));
    assertThat(install(USER, "mask", "1")).isInstanceOf(Installation.Untrusted.class);

    register(PUBLISHER, "second");
    publish(PUBLISHER, "second", "mask", "1", 1);
    install(USER, "mask", "1");

    assertThat(policies.drained(USER)).isEmpty();
    assertThat(policies.signatures(USER, digest(1)))
        .extracting(ModuleSignature::kid)
        .containsExactly("key", "second");
  }

  @Test
  void law4_install_notOffered_isAsNoSuchModule() {
    publish(PUBLISHER, "private", "1", 1);

    for (String name : List.of("private", "unknown", "*", "")) {
      assertThat(install(USER, name, "1")).isEqualTo(new Installation.NotOffered());
    }
    assertThat(recorded(USER)).isEmpty();
  }

  @Test
  void law4_install_ofAnotherDigestThanWanted_isRefused() {
    publish(PUBLISHER, "mask", "1", 1);
    offer(1, ALL);

    assertThat(install(USER, "mask", "1", Optional.of(digest(2)), Allowance.PLATFORM))
        .isEqualTo(new Installation.OtherDigest(digest(1)));
    assertThat(install(USER, "mask", "1", Optional.of(digest(1)), Allowance.PLATFORM))
        .isInstanceOf(Installation.Installed.class);
  }

  @Test
  void law4_install_whatThePolicyObjectsTo_isRefused() {
    publish(PUBLISHER, "mask", "1", 1);
    offer(1, ALL);
    setPolicy(new TrustPolicy(true, Optional.of(Set.of(USER)), OnRevoke.KEEP));

    assertThat(install(USER, "mask", "1"))
        .isInstanceOfSatisfying(
            Installation.Untrusted.class,
            end -> assertThat(end.why()).contains("signed by publisher", "trusts user"));
    assertThat(modules.count(USER)).isZero();
    assertThat(policies.signatures(USER, digest(1))).isEmpty();
  }

  @Test
  void law4_install_twiceAtOnce_isOne() throws Exception {
    publish(PUBLISHER, "mask", "1", 1);
    offer(1, ALL);
    List<Callable<Installation>> installations =
        IntStream.range(0, 6)
            .<Callable<Installation>>mapToObj(i -> () -> install(USER, "mask", "1"))
            .toList();

    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      assertThat(threads.invokeAll(installations).stream().map(Future::resultNow).toList())
          .containsOnly(
              new Installation.Installed(module(PUBLISHER, "mask", "1", 1).installedBy(USER)));
    }
    assertThat(modules.count(USER)).isEqualTo(1);
    assertThat(recorded(USER)).containsExactly("install");
  }

  @Test
  void law5_install_staysWhatItIs_whateverItsPublisherDoes() {
    publish(PUBLISHER, "mask", "1", 1);
    offer(1, ALL);
    install(USER, "mask", "1");

    offer(1, new Nobody());
    assertThat(modules.find(USER, digest(1))).isPresent();
    modules.delete(PUBLISHER, digest(1), entry("delete"));
    assertHeld(1);

    publish(PUBLISHER, "mask", "1", 2);
    offer(2, ALL);
    assertThat(install(USER, "mask", "1"))
        .isInstanceOfSatisfying(
            Installation.Taken.class,
            taken -> assertThat(taken.module().digest()).isEqualTo(digest(1)));
    assertThat(modules.find(USER, PUBLISHER, "mask", "1").orElseThrow().digest())
        .isEqualTo(digest(1));
  }

  @Test
  void law5_install_thePublisherIsDeleted_itStaysDeployable() {
    publish(PUBLISHER, "mask", "1", 1);
    offer(1, ALL);
    install(USER, "mask", "1");

    forget(PUBLISHER);

    assertHeld(1);
    assertThat(policies.find(USER).objection(policies.signatures(USER, digest(1)))).isEmpty();
    assertThat(found(USER, "")).isEmpty();
  }

  /** Whoever comes first: what is installed is whole, and its bytes are held; or nothing is. */
  @Test
  void law5_install_whileThePublisherIsDeleted_isWholeOrNot() throws Exception {
    Seed seed = Seed.orElse(13);
    Random random = seed.random();
    for (int round = 0; round < 12; round++) {
      int content = 10 + round;
      register(PUBLISHER, "key" + round);
      publish(PUBLISHER, "key" + round, "mask", "1", content);
      offer(content, ALL);
      long pause = random.nextInt(2_000_000);
      AtomicBoolean bytesDeleted = new AtomicBoolean();
      Callable<Installation> installation = () -> install(USER, "mask", "1");
      Callable<Installation> deletion =
          () -> {
            long until = System.nanoTime() + pause;
            while (System.nanoTime() < until) {
              Thread.onSpinWait();
            }
            forget(PUBLISHER);
            modules.collect(digest(content), () -> bytesDeleted.set(true));
            return new Installation.NotOffered();
          };

      Installation end;
      try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
        List<Future<Installation>> both = threads.invokeAll(List.of(installation, deletion));
        both.get(1).resultNow();
        end = both.get(0).resultNow();
      }

      if (end instanceof Installation.Installed) {
        assertThat(bytesDeleted).as(seed.toString()).isFalse();
        assertThat(policies.find(USER).objection(policies.signatures(USER, digest(content))))
            .isEmpty();
      } else {
        assertThat(end).isEqualTo(new Installation.NotOffered());
        assertThat(modules.find(USER, digest(content))).isEmpty();
      }
      modules.forget(USER, 10);
    }
  }

  @Test
  void law6_install_oneTooMany_isRefused() {
    publish(PUBLISHER, "mask", "1", 1);
    offer(1, ALL);

    assertThat(install(USER, "mask", "1", Optional.empty(), allowance(0, Long.MAX_VALUE)))
        .isEqualTo(new Installation.Full(0, 0));
    assertThat(install(USER, "mask", "1", Optional.empty(), allowance(1, 0)))
        .isEqualTo(new Installation.Full(0, 0));
    assertThat(install(USER, "mask", "1", Optional.empty(), allowance(1, 1)))
        .isInstanceOf(Installation.Installed.class);
    assertThat(install(USER, "mask", "1", Optional.empty(), allowance(1, 1)))
        .as("one that is there is none more")
        .isInstanceOf(Installation.Installed.class);
  }

  @Test
  void law7_entry_isKeptWithAChangeOnly() {
    publish(PUBLISHER, "mask", "1", 1);
    offer(1, ALL);
    offer(1, ALL);
    install(USER, "mask", "1");
    install(USER, "mask", "1");

    assertThat(recorded(PUBLISHER)).containsExactly("offer");
    assertThat(recorded(USER)).containsExactly("install");
  }

  /** Nor does the next tenant of that name find what the one before was offered. */
  @Test
  void law8_forget_offersNothingMoreToTheTenant() {
    publish(PUBLISHER, "mask", "1", 1);
    offer(1, new Named(Set.of(USER, STRANGER)));

    store.forget(USER);

    assertThat(found(USER, "")).isEmpty();
    assertThat(found(STRANGER, "")).hasSize(1);
    assertThat(store.audience(PUBLISHER, digest(1))).contains(new Named(Set.of(STRANGER)));
  }

  private void assertHeld(int content) {
    AtomicBoolean deleted = new AtomicBoolean();
    modules.collect(digest(content), () -> deleted.set(true));
    assertThat(deleted).isFalse();
    assertThat(modules.find(USER, digest(content))).isPresent();
  }

  private void forget(TenantId tenant) {
    keys.forget(tenant);
    policies.forget(tenant);
    store.forget(tenant);
    modules.forget(tenant, 100);
    policies.forget(tenant); // as at the end of a deletion, once more
  }

  private static Allowance allowance(int modules, long bytes) {
    return new Allowance(Allowance.PLATFORM.limits(), 1, 1, modules, bytes);
  }

  private Offering offer(int content, Audience audience) {
    return store.offer(PUBLISHER, digest(content), audience, entry(PUBLISHER, "offer"));
  }

  private Installation install(TenantId tenant, String name, String version) {
    return install(tenant, name, version, Optional.empty(), Allowance.PLATFORM);
  }

  private Installation install(
      TenantId tenant,
      String name,
      String version,
      Optional<ModuleDigest> digest,
      Allowance allowance) {
    return store.install(
        tenant,
        new Wanted(PUBLISHER, name, version, digest),
        allowance,
        module -> entry(tenant, "install"));
  }

  private List<PublishedModule> found(TenantId tenant, String text) {
    return store.search(tenant, text, 100, ModuleStore.START).items();
  }

  private List<String> pages(TenantId tenant, String text, int limit) {
    List<String> versions = new ArrayList<>();
    Optional<String> cursor = Optional.of(Long.toString(ModuleStore.START));
    while (cursor.isPresent()) {
      Page<PublishedModule> page = store.search(tenant, text, limit, Long.parseLong(cursor.get()));
      assertThat(page.items().size()).isLessThanOrEqualTo(limit);
      page.items().forEach(module -> versions.add(module.version()));
      cursor = page.next();
    }
    return versions;
  }

  private void publish(TenantId tenant, String name, String version, int content) {
    publish(tenant, "key", name, version, content);
  }

  private void publish(TenantId tenant, String kid, String name, String version, int content) {
    assertThat(
            modules.add(
                tenant,
                module(tenant, name, version, content),
                Optional.of(new Signer(tenant, kid)),
                Allowance.PLATFORM,
                entry(new TenantId("elsewhere"), "publish"),
                () -> {}))
        .isInstanceOf(ModuleStore.Addition.Kept.class);
  }

  private void register(TenantId tenant) {
    register(tenant, "key");
  }

  private void register(TenantId tenant, String kid) {
    keys.add(
        tenant,
        new PublisherKey(tenant, kid, "", "x".repeat(43), NOW, Optional.empty()),
        entry(new TenantId("elsewhere"), "register"));
  }

  private List<String> recorded(TenantId tenant) {
    audit.seal(1_000);
    return audit.list(AuditStore.Filter.of(tenant), 100, AuditStore.START).items().stream()
        .map(record -> record.entry().action())
        .toList();
  }

  private static AuditEntry entry(String action) {
    return entry(new TenantId("elsewhere"), action);
  }

  private static AuditEntry entry(TenantId tenant, String action) {
    return AuditEntry.done(NOW, tenant, "someone", action, "", "");
  }

  private void setPolicy(TrustPolicy policy) {
    policies.change(USER, before -> policy, after -> entry("policy"));
  }
}
