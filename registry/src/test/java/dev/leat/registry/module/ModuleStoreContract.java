package dev.leat.registry.module;

import static dev.leat.contract.Allowance.PLATFORM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.AuditStore;
import dev.leat.contract.Allowance;
import dev.leat.contract.FunctionName;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.FunctionStoreContract;
import dev.leat.registry.function.Traffic;
import dev.leat.registry.module.ModuleStore.Addition;
import dev.leat.registry.module.ModuleStore.Deletion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link ModuleStore}, by their numbers. */
public abstract class ModuleStoreContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final int MANY = 100;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123Z");
  private static final int SIZE = 1;
  private static final Runnable NOTHING = () -> {};

  private ModuleStore store;
  private FunctionStore functions;
  private AuditStore audit;

  protected abstract ModuleStore newStore();

  /** The function store whose versions keep modules from being deleted. */
  protected abstract FunctionStore itsFunctionStore();

  /** The audit store that the new store writes into. */
  protected abstract AuditStore itsAuditStore();

  @BeforeEach
  void open() {
    store = newStore();
    functions = itsFunctionStore();
    audit = itsAuditStore();
  }

  @Test
  void law1_add_keepsTheFirstOfANameAndVersion() {
    PublishedModule first = add(module(ACME, "mask", "1", 1));

    assertThat(add(module(ACME, "mask", "1", 2))).isEqualTo(first);
    assertThat(add(module(ACME, "mask", "2", 1)).version()).isEqualTo("2");
    assertThat(add(module(OTHER, "mask", "1", 2)).digest()).isEqualTo(digest(2));
  }

  @Test
  void law1_add_severalAtOnce_areAllGivenTheSame() throws Exception {
    List<Callable<PublishedModule>> additions =
        IntStream.range(0, 6)
            .<Callable<PublishedModule>>mapToObj(i -> () -> add(module(ACME, "mask", "1", i % 3)))
            .toList();

    List<PublishedModule> kept;
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      kept = threads.invokeAll(additions).stream().map(Future::resultNow).toList();
    }

    assertThat(kept).containsOnly(store.find(ACME, "mask", "1").orElseThrow());
    assertThat(store.count(ACME)).isEqualTo(1);
    assertThat(recorded()).hasSize(1);
  }

  @Test
  void law2_add_storesTheBytesFirst() {
    PublishedModule module = module(ACME, "mask", "1", 1);
    AtomicBoolean stored = new AtomicBoolean();

    store.add(
        ACME,
        module,
        Optional.empty(),
        PLATFORM,
        entry("add"),
        () -> {
          assertThat(store.find(ACME, "mask", "1")).isEmpty();
          stored.set(true);
        });

    assertThat(stored).isTrue();
  }

  @Test
  void law2_add_theVerySameAgain_storesTheBytesAgain() {
    AtomicInteger stored = new AtomicInteger();
    store.add(
        ACME,
        module(ACME, "mask", "1", 1),
        Optional.empty(),
        PLATFORM,
        entry("add"),
        stored::incrementAndGet);
    store.add(
        ACME,
        module(ACME, "mask", "1", 1),
        Optional.empty(),
        PLATFORM,
        entry("again"),
        stored::incrementAndGet);
    store.add(
        ACME,
        module(ACME, "mask", "1", 2),
        Optional.empty(),
        PLATFORM,
        entry("other"),
        stored::incrementAndGet);

    assertThat(stored).hasValue(2);
    assertThat(recorded()).containsExactly("add");
  }

  @Test
  void law2_add_bytesNotStored_keepsNothing() {
    IllegalStateException failure = new IllegalStateException("disk full");

    assertThatThrownBy(() ->
            store.add(
                ACME,
                module(ACME, "mask", "1", 1),
                Optional.empty(),
                PLATFORM,
                entry("add"),
                () -> {
                  throw failure;
                }))
        .isSameAs(failure);

    assertThat(store.count(ACME)).isZero();
    assertThat(recorded()).isEmpty();
  }

  @Test
  void law3_find_byNameOrDigest() {
    PublishedModule first = add(module(ACME, "mask", "1", 1));
    PublishedModule renamed = add(module(ACME, "masker", "1", 1));

    assertThat(store.find(ACME, "mask", "1")).contains(first);
    assertThat(store.find(ACME, "mask", "2")).isEmpty();
    assertThat(store.find(ACME, digest(1))).contains(renamed);
    assertThat(store.find(OTHER, "mask", "1")).isEmpty();
    assertThat(store.find(OTHER, digest(1))).isEmpty();
    assertThat(store.count(ACME)).isEqualTo(2);
    assertThat(store.count(OTHER)).isZero();
    assertThat(store.storedBytes()).containsOnlyKeys(ACME);
    assertThat(store.storedBytes()).containsEntry(ACME, store.storedBytes(ACME));
    assertThat(store.storedBytes(OTHER)).isZero();
  }

  @Test
  void law4_list_meetsEachOnceLastAddedFirst() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      add(module(ACME, "mask", "v" + i, i));
      add(module(ACME, "other", "v" + i, i));
      add(module(OTHER, "mask", "v" + i, i));
      expected.addFirst("v" + i);
    }

    List<String> met = new ArrayList<>();
    Optional<String> cursor = Optional.of(Long.toString(ModuleStore.START));
    while (cursor.isPresent()) {
      Page<PublishedModule> page = store.list(ACME, "as", 3, Long.parseLong(cursor.get()));
      page.items().forEach(module -> met.add(module.version()));
      add(module(ACME, "mask", "later" + met.size(), 1));
      cursor = page.next();
    }

    assertThat(met).isEqualTo(expected);
  }

  @Test
  void law5_delete_removesAllOfADigest() {
    add(module(ACME, "mask", "1", 1));
    add(module(ACME, "mask", "2", 1));
    add(module(OTHER, "mask", "1", 1));
    add(module(ACME, "mask", "3", 2));

    assertThat(store.delete(ACME, digest(1), entry("delete"))).isEqualTo(new Deletion.Deleted());
    assertThat(store.delete(ACME, digest(1), entry("again")))
        .isEqualTo(new Deletion.NoSuchModule());
    assertThat(store.count(ACME)).isEqualTo(1);
    assertThat(store.count(OTHER)).isEqualTo(1);
  }

  @Test
  void law5_delete_used_isRefused() {
    add(module(ACME, "mask", "1", 1));
    functions.add(
        ACME,
        FunctionStoreContract.version(ACME, "mask", 1, digest(1)),
        Traffic.NONE,
        9,
        MANY,
        entry("deploy"));

    assertThat(store.delete(ACME, digest(1), entry("delete")))
        .isEqualTo(new Deletion.InUse(new FunctionName("mask"), 1));
    assertThat(store.count(ACME)).isEqualTo(1);
  }

  @Test
  void law5_deleteAndDeployAtOnce_neverBothSucceed() throws Exception {
    for (int round = 1; round <= 20; round++) {
      int number = round;
      add(module(ACME, "mask", "v" + number, number));
      DeployedVersion version =
          FunctionStoreContract.version(ACME, "f" + number, 1, digest(number));
      Callable<Boolean> deletion =
          () -> store.delete(ACME, digest(number), entry("delete")) instanceof Deletion.Deleted;
      Callable<Boolean> deployment =
          () ->
              functions.add(ACME, version, Traffic.NONE, 9, MANY, entry("deploy"))
                  instanceof FunctionStore.Addition.Kept;

      try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
        List<Future<Boolean>> ended = threads.invokeAll(List.of(deletion, deployment));
        assertThat(ended.get(0).resultNow()).isNotEqualTo(ended.get(1).resultNow());
      }
    }
  }

  @Test
  void law6_collect_onlyWhatNobodyHas() {
    add(module(ACME, "mask", "1", 1));
    AtomicBoolean deleted = new AtomicBoolean();

    store.collect(digest(1), () -> deleted.set(true));
    assertThat(deleted).isFalse();

    store.delete(ACME, digest(1), entry("delete"));
    store.collect(digest(1), () -> deleted.set(true));
    assertThat(deleted).isTrue();
  }

  @Test
  void law6_collect_waitsForAnAdditionUnderWay() throws Exception {
    CountDownLatch storing = new CountDownLatch(1);
    CountDownLatch collecting = new CountDownLatch(1);
    AtomicBoolean deleted = new AtomicBoolean();

    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<?> addition =
          threads.submit(() ->
              store.add(
                  ACME,
                  module(ACME, "mask", "1", 1),
                  Optional.empty(),
                  PLATFORM,
                  entry("add"),
                  () -> {
                    storing.countDown();
                    await(collecting);
                  }));
      Future<?> collection =
          threads.submit(() -> {
            await(storing);
            collecting.countDown();
            store.collect(digest(1), () -> deleted.set(true));
          });
      addition.get(30, TimeUnit.SECONDS);
      collection.get(30, TimeUnit.SECONDS);
    }

    assertThat(deleted).isFalse();
  }

  @Test
  void law7_entry_isKeptWithAChangeOnly() {
    store.add(
        ACME, module(ACME, "mask", "1", 1), Optional.empty(), PLATFORM, entry("add"), NOTHING);
    store.add(
        ACME, module(ACME, "mask", "1", 1), Optional.empty(), PLATFORM, entry("again"), NOTHING);
    store.delete(ACME, digest(1), entry("delete"));
    store.delete(ACME, digest(1), entry("again"));

    assertThat(recorded()).containsExactly("delete", "add");
  }

  @Test
  void law8_forget_removesTheTenantsModulesAndGivesTheirDigests() {
    add(module(ACME, "mask", "1", 1));
    add(module(ACME, "mask", "2", 1));
    add(module(ACME, "mask", "3", 2));
    add(module(OTHER, "mask", "1", 3));

    assertThat(store.forget(ACME, 10)).containsExactlyInAnyOrder(digest(1), digest(2));
    assertThat(store.count(ACME)).isZero();
    assertThat(store.forget(ACME, 10)).isEmpty();
    assertThat(store.count(OTHER)).isEqualTo(1);
  }

  @Test
  void law8_forget_doesNoMoreThanItIsToldAtOnce() {
    for (int i = 0; i < 5; i++) {
      add(module(ACME, "mask", "1." + i, i));
      add(module(ACME, "copy", "1." + i, i));
    }

    Set<ModuleDigest> first = store.forget(ACME, 3);

    assertThat(first).hasSize(3);
    assertThat(store.count(ACME)).isEqualTo(4);
    assertThat(store.forget(ACME, 3)).hasSize(2).doesNotContainAnyElementsOf(first);
    assertThat(store.count(ACME)).isZero();
  }

  public static PublishedModule module(TenantId tenant, String name, String version, int content) {
    return new PublishedModule(tenant, name, version, digest(content), SIZE, "kid", NOW);
  }

  public static ModuleDigest digest(int content) {
    return ModuleDigest.of(new byte[] {(byte) content});
  }

  @Test
  void law9_add_oneModuleTooMany_isRefusedWithWhatThereIs() {
    add(module(ACME, "mask", "1", 1), allowance(1, Long.MAX_VALUE));

    assertThat(add(module(ACME, "mask", "2", 2), allowance(1, Long.MAX_VALUE)))
        .isEqualTo(new Addition.Full(1, SIZE));
    assertThat(add(module(ACME, "mask", "1", 1), allowance(1, Long.MAX_VALUE)))
        .isInstanceOf(Addition.Kept.class);
    assertThat(add(module(OTHER, "mask", "2", 2), allowance(1, Long.MAX_VALUE)))
        .isInstanceOf(Addition.Kept.class);
    assertThat(store.find(ACME, "mask", "2")).isEmpty();
  }

  @Test
  void law9_add_bytesBeyondTheAllowance_areRefused_toTheLastByteNot() {
    add(module(ACME, "mask", "1", 1), allowance(9, 2 * SIZE));

    assertThat(add(module(ACME, "mask", "2", 2), allowance(9, 2 * SIZE - 1)))
        .isEqualTo(new Addition.Full(1, SIZE));
    assertThat(add(module(ACME, "mask", "2", 2), allowance(9, 2 * SIZE)))
        .isInstanceOf(Addition.Kept.class);
    assertThat(add(module(ACME, "mask", "3", 3), allowance(9, 0)))
        .isEqualTo(new Addition.Full(2, 2 * SIZE));
  }

  @Test
  void law9_add_severalAtOnce_keepsAsManyAsFit() {
    List<Callable<Addition>> additions =
        IntStream.range(0, 8)
            .<Callable<Addition>>mapToObj(
                i -> () -> add(module(ACME, "m" + i, "1", i), allowance(3, Long.MAX_VALUE)))
            .toList();

    List<Addition> ends;
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      ends = threads.invokeAll(additions).stream().map(Future::resultNow).toList();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }

    assertThat(ends).filteredOn(end -> end instanceof Addition.Kept).hasSize(3);
    assertThat(store.count(ACME)).isEqualTo(3);
  }

  @Test
  void law11_add_aNameThatLooksLikeAnother_isRefused() {
    add(module(ACME, "paypal", "1", 1));

    assertThat(add(module(ACME, "paypa1", "1", 2), PLATFORM))
        .isEqualTo(new Addition.LooksLike("paypal"));
    assertThat(add(module(ACME, "pay-pal", "1", 1), PLATFORM))
        .isEqualTo(new Addition.LooksLike("paypal"));
    add(module(OTHER, "paypa1", "1", 2));
    add(module(ACME, "paypal", "2", 3));
    assertThat(store.count(ACME)).isEqualTo(2);
  }

  private static Allowance allowance(int modules, long bytes) {
    return new Allowance(PLATFORM.limits(), 1, 1, modules, bytes);
  }

  private Addition add(PublishedModule module, Allowance allowance) {
    return store.add(module.tenant(), module, Optional.empty(), allowance, entry("add"), NOTHING);
  }

  private PublishedModule add(PublishedModule module) {
    return add(module, PLATFORM) instanceof Addition.Kept(PublishedModule kept)
        ? kept
        : fail("the module was not kept");
  }

  private List<String> recorded() {
    audit.seal(100);
    return audit.list(AuditStore.Filter.of(ACME), 100, AuditStore.START).items().stream()
        .map(record -> record.entry().action())
        .toList();
  }

  private static AuditEntry entry(String action) {
    return AuditEntry.done(NOW, ACME, "someone", action, "", "");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
