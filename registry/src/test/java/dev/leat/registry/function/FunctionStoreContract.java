package dev.leat.registry.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.AuditStore;
import dev.leat.contract.Allowance;
import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.registry.Announced;
import dev.leat.registry.TestRegistry;
import dev.leat.registry.function.FunctionStore.Addition;
import dev.leat.registry.function.FunctionStore.Move;
import dev.leat.registry.function.FunctionStore.Naming;
import dev.leat.registry.module.ModuleStore;
import dev.leat.registry.module.ModuleStoreContract;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link FunctionStore}, by their numbers. */
public abstract class FunctionStoreContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final FunctionName MASK = new FunctionName("mask");
  private static final ModuleDigest MODULE = ModuleStoreContract.digest(1);
  private static final int MANY = 100;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123Z");

  private FunctionStore store;
  private AuditStore audit;

  protected abstract FunctionStore newStore();

  /** The module store where the versions' modules must be. */
  protected abstract ModuleStore itsModuleStore();

  /** The audit store that the new store writes into. */
  protected abstract AuditStore itsAuditStore();

  /** What the new store announces from now on. */
  protected abstract Announced announced();

  @BeforeEach
  void open() {
    store = newStore();
    audit = itsAuditStore();
    for (TenantId tenant : List.of(ACME, OTHER)) {
      itsModuleStore()
          .add(
              tenant,
              ModuleStoreContract.module(tenant, "mask", "1", 1),
              Optional.empty(),
              Allowance.PLATFORM,
              AuditEntry.done(NOW, tenant, "someone", "publish", "", ""),
              () -> {});
    }
  }

  @Test
  void law1_add_takesTheNextNumberOnly() {
    assertThat(add(version(ACME, "mask", 2, MODULE))).isEqualTo(new Addition.NotNext());
    assertThat(add(version(ACME, "mask", 1, MODULE))).isEqualTo(new Addition.Kept());
    assertThat(add(version(ACME, "mask", 1, MODULE))).isEqualTo(new Addition.NotNext());
    assertThat(add(version(ACME, "mask", 2, MODULE))).isEqualTo(new Addition.Kept());
    assertThat(store.last(ACME, MASK)).isEqualTo(2);
    assertThat(store.last(OTHER, MASK)).isZero();
  }

  @Test
  void law1_add_sameNumberAtOnce_oneSucceeds() throws Exception {
    for (int number = 1; number <= 10; number++) {
      DeployedVersion version = version(ACME, "mask", number, MODULE);
      List<Addition> results;
      try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
        Callable<Addition> addition = () -> add(version);
        results =
            threads.invokeAll(Collections.nCopies(4, addition)).stream()
                .map(Future::resultNow)
                .toList();
      }
      assertThat(results)
          .containsExactlyInAnyOrder(
              new Addition.Kept(),
              new Addition.NotNext(),
              new Addition.NotNext(),
              new Addition.NotNext());
    }
  }

  @Test
  void law2_add_moduleMissing_isRefused() {
    assertThat(add(version(ACME, "mask", 1, ModuleStoreContract.digest(9))))
        .isEqualTo(new Addition.NoSuchModule());
    assertThat(store.last(ACME, MASK)).isZero();
  }

  @Test
  void law3_add_routeTaken_isRefused() {
    add(version(ACME, "mask", 1, MODULE, "/pii"));

    Addition taken = new Addition.RouteTaken(MASK);
    assertThat(add(version(ACME, "other", 1, MODULE, "/pii"))).isEqualTo(taken);
    assertThat(add(version(ACME, "other", 1, MODULE, "/mask"))).isEqualTo(taken);
    assertThat(add(version(ACME, "pii", 1, MODULE, "/x"))).isEqualTo(taken);
    assertThat(add(version(OTHER, "other", 1, MODULE, "/pii"))).isEqualTo(new Addition.Kept());
    assertThat(add(version(ACME, "mask", 2, MODULE, "/pii"))).isEqualTo(new Addition.Kept());
    assertThat(add(version(ACME, "mask", 3, MODULE, "/free"))).isEqualTo(new Addition.Kept());
    assertThat(add(version(ACME, "other", 1, MODULE, "/pii"))).isEqualTo(new Addition.Kept());
  }

  @Test
  void law4_add_keepsTheLastVersions() {
    for (int number = 1; number <= 5; number++) {
      DeployedVersion version = version(ACME, "mask", number, MODULE);
      store.add(ACME, version, Traffic.NONE, 3, MANY, entry("add"));
    }

    assertThat(store.versions(ACME, MASK))
        .extracting(deployed -> deployed.version().number())
        .containsExactly(5, 4, 3);
  }

  /** Properties 20 (a version's digest is fixed), 22 (what is said of it is kept). */
  @Test
  void law5_versions_areGivenAsAddedNewestFirst() {
    DeployedVersion first = version(ACME, "mask", 1, MODULE);
    DeployedVersion second = version(ACME, "mask", 2, MODULE, "/pii");
    add(first);
    add(second);
    add(version(OTHER, "mask", 1, MODULE));

    assertThat(store.versions(ACME, MASK)).containsExactly(second, first);
    assertThat(store.newest(ACME, MASK)).contains(second);
    assertThat(store.find(ACME, MASK, 1)).contains(first);
    assertThat(store.find(ACME, MASK, 2)).contains(second);
    assertThat(store.find(ACME, MASK, 3)).isEmpty();
    assertThat(store.find(OTHER, MASK, 2)).isEmpty();
    assertThat(store.count(ACME)).isEqualTo(1);
    assertThat(store.newest(ACME, new FunctionName("none"))).isEmpty();
  }

  /** Property 24: what was deployed is listed. */
  @Test
  void law6_listAndAll_giveFunctionsByName() {
    DeployedVersion b = version(ACME, "b", 1, MODULE);
    DeployedVersion a1 = version(ACME, "a", 1, MODULE);
    DeployedVersion a2 = version(ACME, "a", 2, MODULE);
    DeployedVersion c = version(ACME, "c", 1, MODULE);
    DeployedVersion others = version(OTHER, "a", 1, MODULE);
    List.of(b, a1, a2, c, others).forEach(this::add);

    assertThat(store.list(ACME, 2, Optional.empty())).containsExactly(a2, b);
    assertThat(store.list(ACME, 2, Optional.of(new FunctionName("b")))).containsExactly(c);
    assertThat(store.all())
        .extracting(DeployedFunction::versions)
        .containsExactlyInAnyOrder(List.of(a2, a1), List.of(b), List.of(c), List.of(others));
    assertThat(store.all()).contains(store.find(ACME, new FunctionName("a")).orElseThrow());
    assertThat(store.find(ACME, new FunctionName("none"))).isEmpty();
  }

  /** Property 25: what was deleted is listed nowhere. */
  @Test
  void law7_delete_keepsTheNumbering() {
    add(version(ACME, "mask", 1, MODULE));
    add(version(ACME, "mask", 2, MODULE));

    assertThat(store.delete(OTHER, MASK, entry("delete"))).isFalse();
    assertThat(store.delete(ACME, MASK, entry("delete"))).isTrue();
    assertThat(store.delete(ACME, MASK, entry("delete"))).isFalse();
    assertThat(store.versions(ACME, MASK)).isEmpty();
    assertThat(store.newest(ACME, MASK)).isEmpty();
    assertThat(store.list(ACME, 9, Optional.empty())).isEmpty();
    assertThat(store.count(ACME)).isZero();
    assertThat(store.last(ACME, MASK)).isEqualTo(2);
    assertThat(add(version(ACME, "mask", 3, MODULE))).isEqualTo(new Addition.Kept());
    assertThat(store.count(ACME)).isEqualTo(1);
  }

  @Test
  void law8_entry_isKeptWithAChangeOnly() {
    add(version(ACME, "mask", 1, MODULE), 9, MANY, entry("add"));
    add(version(ACME, "mask", 1, MODULE), 9, MANY, entry("not next"));
    add(version(ACME, "x", 1, MODULE, "/mask"), 9, MANY, entry("route taken"));
    store.delete(ACME, MASK, entry("delete"));
    store.delete(ACME, MASK, entry("delete again"));

    audit.seal(100);
    assertThat(audit.list(AuditStore.Filter.of(ACME), 10, AuditStore.START).items())
        .extracting(record -> record.entry().action())
        .containsExactly("delete", "add", "publish");
  }

  @Test
  void law8_change_isAnnouncedOnce() {
    Announced announced = announced();
    DeployedVersion first = version(ACME, "mask", 1, MODULE, "/mask");
    add(first);
    add(first);
    store.delete(ACME, MASK, entry("delete"));
    store.delete(ACME, MASK, entry("again"));
    store.forget(ACME);
    store.forget(ACME);

    assertThat(announced.changes())
        .containsExactly(
            new Change.RouteChanged(first.version().function()),
            new Change.RouteChanged(first.version().function()),
            new Change.RoutesForgotten(ACME));
  }

  @Test
  void law9_forget_removesTheTenantsFunctionsOnly() {
    add(version(ACME, "mask", 1, MODULE));
    add(version(OTHER, "mask", 1, MODULE));

    store.forget(ACME);

    assertThat(store.last(ACME, MASK)).isZero();
    assertThat(store.all()).hasSize(1);
  }

  @Test
  void law10_versionThatCannotBeRead_hindersNobody() {
    DeployedVersion a = version(ACME, "a", 1, MODULE);
    DeployedVersion c2 = version(ACME, "c", 2, MODULE);
    DeployedVersion d = version(ACME, "d", 1, MODULE);
    add(a);
    add(version(ACME, "b", 1, MODULE));
    add(damaged(version(ACME, "b", 2, MODULE)));
    add(damaged(version(ACME, "c", 1, MODULE)));
    add(c2);
    add(d);

    assertThat(store.all())
        .extracting(DeployedFunction::versions)
        .containsExactlyInAnyOrder(List.of(a), List.of(c2), List.of(d));
    assertThat(store.list(ACME, 2, Optional.empty())).containsExactly(a, c2);
    assertThat(store.list(ACME, 3, Optional.empty())).containsExactly(a, c2, d);
    assertThat(store.list(ACME, 9, Optional.empty())).containsExactly(a, c2, d);
    FunctionName b = new FunctionName("b");
    assertThat(store.versions(ACME, b)).isEmpty();
    assertThat(store.newest(ACME, b)).isEmpty();
    assertThat(store.find(ACME, b, 2)).isEmpty();
    assertThat(store.last(ACME, b)).isEqualTo(2);
    DeployedVersion b3 = version(ACME, "b", 3, MODULE);
    assertThat(add(b3)).isEqualTo(new Addition.Kept());
    assertThat(store.versions(ACME, b)).hasSize(2).startsWith(b3);
  }

  private static DeployedVersion damaged(DeployedVersion version) {
    return new DeployedVersion(
        version.version(), version.createdAt(), "{\"apiVersion\":\"leat/v9\"}", version.route());
  }

  public static DeployedVersion version(
      TenantId tenant, String name, int number, ModuleDigest module) {
    return version(tenant, name, number, module, "/" + name);
  }

  private static DeployedVersion version(
      TenantId tenant, String name, int number, ModuleDigest module, String path) {
    Manifest manifest =
        ManifestReaderTest.good(
            TestRegistry.manifest(name, module) + "  route: {path: " + path + "}\n");
    return new DeployedVersion(
        manifest.version(new FunctionRef(tenant, manifest.name()), number, module),
        NOW,
        manifest.toJson(),
        manifest.route());
  }

  @Test
  void law11_add_newFunctionBeyondTheBound_isRefused_aNextVersionIsNot() {
    add(version(ACME, "mask", 1, MODULE));

    assertThat(add(version(ACME, "x", 1, MODULE), 9, 1, entry("add")))
        .isEqualTo(new Addition.TooMany(1));
    assertThat(add(version(ACME, "mask", 2, MODULE), 9, 1, entry("add")))
        .isEqualTo(new Addition.Kept());
    assertThat(store.count(ACME)).isEqualTo(1);
  }

  @Test
  void law11_add_severalNewFunctionsAtOnce_areKeptAsManyAsFit() throws InterruptedException {
    List<Callable<Addition>> additions =
        IntStream.range(0, 8)
            .<Callable<Addition>>mapToObj(
                i -> () -> add(version(ACME, "f" + i, 1, MODULE), 9, 3, entry("add")))
            .toList();

    List<Addition> ends;
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      ends = threads.invokeAll(additions).stream().map(Future::resultNow).toList();
    }

    assertThat(ends).filteredOn(new Addition.Kept()::equals).hasSize(3);
    assertThat(store.count(ACME)).isEqualTo(3);
  }

  @Test
  void law4_add_removesNothingThatIsAskedFor() {
    for (int number = 1; number <= 4; number++) {
      add(version(ACME, "mask", number, MODULE));
    }
    assertThat(name("stable", 1)).isEqualTo(new Naming.Named());
    Instant later = NOW.plus(Traffic.KEPT_WARM);
    Traffic split = store.traffic(ACME, MASK).moved(Map.of(2, 5_000, 4, 5_000), "x", later);
    assertThat(store.move(ACME, MASK, split, entry("move"))).isEqualTo(new Move.Moved());

    for (int number = 5; number <= 8; number++) {
      DeployedVersion version = version(ACME, "mask", number, MODULE);
      DeployedVersion at =
          new DeployedVersion(version.version(), later, version.manifest(), version.route());
      store.add(ACME, at, split, 3, MANY, entry("add"));
    }

    // By an alias, by traffic, as the newest; the third could be gone back to till just now.
    assertThat(numbers()).containsExactly(8, 4, 2, 1);
    assertThat(split.previous()).contains(4);
    assertThat(store.unname(ACME, MASK, "stable", entry("unname"))).isTrue();
    store.add(ACME, version(ACME, "mask", 9, MODULE), split, 3, MANY, entry("add"));
    assertThat(numbers()).containsExactly(9, 4, 2);
  }

  @Test
  void law4_add_keepsWhatLostItsTrafficLately() {
    for (int number = 1; number <= 6; number++) {
      add(version(ACME, "mask", number, MODULE), 1, MANY, entry("add"));
    }

    assertThat(numbers()).as("the newest, and three that had traffic").containsExactly(6, 5, 4, 3);
  }

  private List<Integer> numbers() {
    return store.versions(ACME, MASK).stream()
        .map(deployed -> deployed.version().number())
        .toList();
  }

  @Test
  void law5_author_andNote_areKept() {
    DeployedVersion version = version(ACME, "mask", 1, MODULE).by("dev@acme", "the \"first\"");
    add(version);

    assertThat(store.find(ACME, MASK, 1)).contains(version);
    assertThat(store.find(ACME, MASK).orElseThrow().versions()).containsExactly(version);
  }

  @Test
  void law7_delete_removesTrafficAndAliases() {
    add(version(ACME, "mask", 1, MODULE));
    name("stable", 1);
    Traffic before = store.traffic(ACME, MASK);
    store.delete(ACME, MASK, entry("delete"));

    assertThat(store.traffic(ACME, MASK).slots()).isEqualTo(Slots.NONE);
    assertThat(store.traffic(ACME, MASK).revision()).isEqualTo(before.revision() + 1);
    assertThat(add(version(ACME, "mask", 2, MODULE))).isEqualTo(new Addition.Kept());
    assertThat(store.find(ACME, MASK).orElseThrow().aliases()).isEmpty();
  }

  @Test
  void law8_trafficAndAliases_areRecordedAndAnnouncedOnceEach() {
    add(version(ACME, "mask", 1, MODULE));
    Announced announced = announced();
    Traffic next = store.traffic(ACME, MASK).rolledBack(1, "someone", NOW);
    store.move(ACME, MASK, next, entry("move"));
    store.move(ACME, MASK, next, entry("not next"));
    name("stable", 1);
    name("stable", 1);
    store.unname(ACME, MASK, "stable", entry("unname"));
    store.unname(ACME, MASK, "stable", entry("again"));

    assertThat(announced.changes())
        .containsExactlyElementsOf(
            Collections.nCopies(3, new Change.RouteChanged(new FunctionRef(ACME, MASK))));
    audit.seal(100);
    assertThat(audit.list(AuditStore.Filter.of(ACME), 10, AuditStore.START).items())
        .extracting(record -> record.entry().action())
        .containsExactly("unname", "name", "move", "add", "publish");
  }

  @Test
  void law10_versionWithTrafficThatCannotBeRead_letsNoOtherRunInItsPlace() {
    add(damaged(version(ACME, "mask", 1, MODULE)));
    Traffic first = store.traffic(ACME, MASK);
    store.add(ACME, version(ACME, "mask", 2, MODULE), first, 9, MANY, entry("add"));

    assertThat(store.find(ACME, MASK)).isEmpty();
    assertThat(store.all()).isEmpty();
    assertThat(numbers()).containsExactly(2);
    Traffic second = first.rolledBack(2, "someone", NOW);
    assertThat(store.move(ACME, MASK, second, entry("move"))).isEqualTo(new Move.Moved());
    assertThat(store.find(ACME, MASK)).isPresent();
  }

  @Test
  void law12_traffic_isKeptIfItFollows() {
    assertThat(store.traffic(ACME, MASK)).isEqualTo(Traffic.NONE);
    add(version(ACME, "mask", 1, MODULE));
    Traffic first = store.traffic(ACME, MASK);
    DeployedVersion second = version(ACME, "mask", 2, MODULE);
    Traffic wrong = first.rolledBack(1, "x", NOW).rolledBack(1, "x", NOW);
    assertThat(store.add(ACME, second, wrong, 9, MANY, entry("add")))
        .isEqualTo(new Addition.NotNext());
    assertThat(store.add(ACME, second, first, 9, MANY, entry("add")))
        .isEqualTo(new Addition.Kept());
    Traffic split =
        first
            .moved(Map.of(1, 9_999, 2, 1), "dev@acme", NOW)
            .with(Optional.of(new Sticky(Sticky.Kind.COOKIE, "session")));

    assertThat(store.move(ACME, MASK, split, entry("move"))).isEqualTo(new Move.Moved());

    assertThat(store.traffic(ACME, MASK)).isEqualTo(split);
    assertThat(store.find(ACME, MASK).orElseThrow().traffic()).isEqualTo(split);
    assertThat(store.move(ACME, MASK, split, entry("move"))).isEqualTo(new Move.NotNext());
    assertThat(store.move(ACME, MASK, first, entry("move"))).isEqualTo(new Move.NotNext());
    assertThat(store.move(ACME, MASK, split.rolledBack(3, "x", NOW), entry("move")))
        .isEqualTo(new Move.NoSuchVersion(3));
    assertThat(store.move(OTHER, MASK, split, entry("move"))).isEqualTo(new Move.NotNext());
    assertThat(store.traffic(ACME, MASK)).isEqualTo(split);
  }

  @Test
  void law12_move_takesTheRouteOfWhoLeads() {
    add(version(ACME, "mask", 1, MODULE, "/pii"));
    Traffic first = store.traffic(ACME, MASK);
    add(version(ACME, "mask", 2, MODULE, "/new"));
    add(version(ACME, "other", 1, MODULE, "/pii"));
    Traffic back = store.traffic(ACME, MASK).rolledBack(1, "someone", NOW);

    assertThat(first.leading()).contains(1);
    assertThat(store.move(ACME, MASK, back, entry("move")))
        .isEqualTo(new Move.RouteTaken(new FunctionName("other")));
    store.delete(ACME, new FunctionName("other"), entry("delete"));
    assertThat(store.move(ACME, MASK, back, entry("move"))).isEqualTo(new Move.Moved());
    assertThat(add(version(ACME, "third", 1, MODULE, "/new"))).isEqualTo(new Addition.Kept());
    assertThat(add(version(ACME, "fourth", 1, MODULE, "/pii")))
        .isEqualTo(new Addition.RouteTaken(MASK));
  }

  @Test
  void law12_add_withoutTraffic_leavesTheRoute() {
    add(version(ACME, "mask", 1, MODULE, "/pii"));
    Traffic first = store.traffic(ACME, MASK);
    add(version(ACME, "other", 1, MODULE, "/other"));

    assertThat(
            store.add(ACME, version(ACME, "mask", 2, MODULE, "/other"), first, 9, MANY, entry("a")))
        .as("it is not reached by its path yet")
        .isEqualTo(new Addition.Kept());
    assertThat(add(version(ACME, "third", 1, MODULE, "/pii")))
        .isEqualTo(new Addition.RouteTaken(MASK));
  }

  @Test
  void law12_move_severalAtOnce_oneSucceeds() throws Exception {
    add(version(ACME, "mask", 1, MODULE));
    for (int round = 0; round < 5; round++) {
      Traffic next = store.traffic(ACME, MASK).rolledBack(1, "someone", NOW);
      List<Move> results;
      try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
        Callable<Move> move = () -> store.move(ACME, MASK, next, entry("move"));
        results =
            threads.invokeAll(Collections.nCopies(4, move)).stream()
                .map(Future::resultNow)
                .toList();
      }
      assertThat(results).filteredOn(new Move.Moved()::equals).hasSize(1);
    }
  }

  @Test
  void law13_alias_isOfOneVersionAtATime() {
    add(version(ACME, "mask", 1, MODULE));
    add(version(ACME, "mask", 2, MODULE));

    assertThat(name("stable", 1)).isEqualTo(new Naming.Named());
    assertThat(name("stable", 1)).isEqualTo(new Naming.Unchanged(alias("stable", 1)));
    assertThat(name("stable", 2)).isEqualTo(new Naming.Named());
    assertThat(name("best", 2)).isEqualTo(new Naming.Named());
    assertThat(name("third", 2)).isEqualTo(new Naming.TooMany());
    assertThat(name("stable", 3)).isEqualTo(new Naming.NoSuchVersion());
    assertThat(store.find(ACME, MASK).orElseThrow().aliases())
        .containsExactly(alias("best", 2), alias("stable", 2));
    assertThat(store.all()).containsExactly(store.find(ACME, MASK).orElseThrow());
    assertThat(store.unname(OTHER, MASK, "best", entry("unname"))).isFalse();
    assertThat(store.unname(ACME, MASK, "best", entry("unname"))).isTrue();
    assertThat(store.unname(ACME, MASK, "best", entry("unname"))).isFalse();
    store.forget(ACME);
    assertThat(store.find(ACME, MASK)).isEmpty();
  }

  private Naming name(String alias, int version) {
    return store.name(ACME, MASK, alias(alias, version), Optional.empty(), 2, entry("name"));
  }

  private static Alias alias(String name, int version) {
    return new Alias(name, version, NOW, "someone");
  }

  private Addition add(DeployedVersion version) {
    return add(version, 9, MANY, entry("add"));
  }

  /** With all the traffic. */
  private Addition add(
      DeployedVersion version, int versionsKept, int functionsMax, AuditEntry entry) {
    FunctionRef function = version.version().function();
    Traffic next =
        store
            .traffic(function.tenant(), function.name())
            .moved(Map.of(version.version().number(), Slots.COUNT), "someone", NOW);
    return store.add(function.tenant(), version, next, versionsKept, functionsMax, entry);
  }

  private static AuditEntry entry(String action) {
    return AuditEntry.done(NOW, ACME, "someone", action, "", "");
  }
}
