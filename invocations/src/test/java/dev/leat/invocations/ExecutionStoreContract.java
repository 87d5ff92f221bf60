package dev.leat.invocations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Headers;
import dev.leat.contract.HostCalls;
import dev.leat.contract.HttpCall;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Invocation;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.contract.Trigger;
import dev.leat.contract.Usage;
import dev.leat.invocations.ExecutionStore.Filter;
import dev.leat.testkit.Seed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link ExecutionStore}, by their numbers. */
public abstract class ExecutionStoreContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123Z");

  private ExecutionStore store;

  protected abstract ExecutionStore newStore();

  @BeforeEach
  void open() {
    store = newStore();
  }

  @Test
  void law1_append_keepsEachRecordAsItIs() {
    ExecutionRecord whole =
        new ExecutionRecord(
            "id-1",
            new FunctionRef(ACME, new FunctionName("mask")),
            7,
            "sha256:" + "0".repeat(64),
            "ada",
            NOW,
            "trapped",
            "ünï 'quoted'",
            new Usage(
                Long.MAX_VALUE,
                Long.MAX_VALUE - 1,
                65_536,
                Usage.Acquire.COLD,
                1,
                2,
                3,
                4,
                ofEachPower()));

    store.append(List.of(whole, record(OTHER, "f", "responded", NOW)));

    assertThat(list(Filter.NONE)).containsExactly(whole);
  }

  /** As large as can be. */
  private static HostCalls ofEachPower() {
    return new HostCalls(
        Grant.WORDS.stream()
            .map(
                word -> new HostCalls.OfPower(word, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE))
            .toList());
  }

  @Test
  void law1_append_nulInAnError_isKeptAsAReplacement() {
    store.append(List.of(record(ACME, "f", "a\0b", NOW)));

    assertThat(list(Filter.NONE).getFirst().error()).isEqualTo("a\uFFFDb");
  }

  @Test
  void law2_list_givesWhatFitsOnceNewestFirst() {
    List<ExecutionRecord> records = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      records.add(record(ACME, "f" + i % 2, i % 2 == 0 ? "" : "boom", NOW));
      records.add(record(OTHER, "f0", "", NOW));
    }
    store.append(records);

    List<String> met = new ArrayList<>();
    Optional<String> cursor = Optional.of(Long.toString(ExecutionStore.START));
    while (cursor.isPresent()) {
      Page<ExecutionRecord> page = store.list(ACME, Filter.NONE, 2, Long.parseLong(cursor.get()));
      page.items().forEach(record -> met.add(record.function().name().value()));
      cursor = page.next();
    }

    assertThat(met).containsExactly("f0", "f1", "f0", "f1", "f0");
    assertThat(list(filter("f1", ""))).hasSize(2);
    assertThat(list(filter("", "responded"))).hasSize(3);
    assertThat(list(filter("f1", "responded"))).isEmpty();
  }

  @Test
  void law2_list_byWhatElseIsAskedFor() {
    ExecutionRecord asked =
        new ExecutionRecord(
            "id-1",
            new FunctionRef(ACME, new FunctionName("mask")),
            7,
            "sha256:1",
            "ada",
            NOW.plusSeconds(5),
            "responded",
            "",
            Usage.NONE);
    store.append(
        List.of(record(ACME, "f", "", NOW), asked, record(ACME, "f", "", NOW.plusSeconds(9))));

    assertThat(
            list(
                new Filter(
                    Optional.empty(),
                    Optional.of(7),
                    Optional.empty(),
                    Optional.of("sha256:1"),
                    Optional.of("ada"),
                    Optional.of(NOW.plusSeconds(5)),
                    Optional.of(NOW.plusSeconds(6)))))
        .containsExactly(asked);
  }

  @Test
  void law5_find_givesTheNewestOfAnId_toItsTenantAlone() {
    store.append(List.of(record(ACME, "old", "", NOW), record(ACME, "new", "", NOW)));

    assertThat(store.find(ACME, "id"))
        .hasValueSatisfying(
            found -> assertThat(found.function().name()).isEqualTo(new FunctionName("new")));
    assertThat(store.find(OTHER, "id")).isEmpty();
    assertThat(store.find(ACME, "other")).isEmpty();
  }

  @Test
  void law3_prune_removesTheOldAndKeepsTheNewest() {
    for (int i = 0; i < 10; i++) {
      store.append(List.of(record(ACME, "f" + i, "", NOW.plusSeconds(i))));
    }

    assertThat(store.prune(NOW.plusSeconds(3), 100, List.of(), 1, 100)).isEqualTo(3);
    assertThat(list(Filter.NONE)).hasSize(7);

    assertThat(store.prune(NOW, 2, List.of(), 1, 100)).isEqualTo(5);
    assertThat(names()).containsExactly("f9", "f8");
  }

  /** One who is called often leaves the others theirs. */
  @Test
  void law3_prune_ofEachTenant_keepsItsOwnNewest() {
    store.append(List.of(record(ACME, "old", "", NOW), record(ACME, "new", "", NOW)));
    for (int i = 0; i < 10; i++) {
      store.append(List.of(record(OTHER, "f" + i, "", NOW)));
    }

    assertThat(store.prune(NOW, 100, List.of(OTHER), 3, 100)).isEqualTo(7);
    assertThat(names()).containsExactly("new", "old");
    assertThat(store.list(OTHER, Filter.NONE, 100, ExecutionStore.START).items())
        .extracting(record -> record.function().name().value())
        .containsExactly("f9", "f8", "f7");

    assertThat(store.prune(NOW, 100, List.of(ACME, OTHER), 1, 100)).isEqualTo(3);
    assertThat(names()).containsExactly("new");
  }

  @Test
  void law3_prune_takesTurns_theOldestFirst() {
    for (int i = 0; i < 10; i++) {
      store.append(List.of(record(ACME, "f" + i, "", NOW)));
    }

    assertThat(store.prune(NOW, 100, List.of(ACME), 2, 5)).isEqualTo(5);
    assertThat(names()).containsExactly("f9", "f8", "f7", "f6", "f5");
    assertThat(store.prune(NOW, 100, List.of(ACME), 2, 5)).isEqualTo(3);
    assertThat(names()).containsExactly("f9", "f8");
  }

  @Test
  void law3_prune_ofAnEmptyStore_removesNothing() {
    assertThat(store.prune(NOW, 1, List.of(ACME), 1, 100)).isZero();

    assertThat(list(Filter.NONE)).isEmpty();
  }

  @Test
  void law4_forget_removesTheTenantsOnly() {
    store.append(List.of(record(ACME, "f", "", NOW), record(OTHER, "f", "", NOW)));

    store.forget(ACME);

    assertThat(list(Filter.NONE)).isEmpty();
    assertThat(store.list(OTHER, Filter.NONE, 10, ExecutionStore.START).items()).hasSize(1);
  }

  private List<String> names() {
    return list(Filter.NONE).stream().map(record -> record.function().name().value()).toList();
  }

  /**
   * Properties 31 (each execution is recorded), 32, 33 and 34 (with its fuel, memory and
   * durations), 35 (and its error), 36 (and is found by what it is filtered by, and by nothing
   * else).
   */
  @Test
  void properties31To36_whatRan_isRecordedWithWhatItUsed_andFoundByEachFilter() {
    Seed seed = Seed.orElse(31);
    Random random = seed.random();
    List<ExecutionRecord> all = new ArrayList<>();
    while (all.size() < 300) {
      List<ExecutionRecord> batch = new ArrayList<>();
      for (int i = random.nextInt(40); i >= 0; i--) {
        batch.add(
            ExecutionRecord.of(invocation(all.size() + i, random), outcome(random), at(random)));
      }
      store.append(batch);
      all.addAll(batch);
    }

    for (ExecutionRecord ran : all) {
      assertThat(store.find(ACME, ran.id()).orElseThrow()).as("%s", seed).isEqualTo(ran);
    }
    for (int i = 0; i < 60; i++) {
      Filter filter = filter(random);
      List<ExecutionRecord> found = new ArrayList<>();
      Optional<String> cursor = Optional.of(Long.toString(ExecutionStore.START));
      while (cursor.isPresent()) {
        Page<ExecutionRecord> page =
            store.list(ACME, filter, 1 + random.nextInt(50), Long.parseLong(cursor.get()));
        found.addAll(page.items());
        cursor = page.next();
      }
      assertThat(found)
          .as("%s; %s", filter, seed)
          .containsExactlyElementsOf(
              all.reversed().stream().filter(record -> fits(record, filter)).toList());
    }
  }

  private static Invocation invocation(int number, Random random) {
    FunctionVersion version =
        new FunctionVersion(
            new FunctionRef(ACME, new FunctionName("f" + random.nextInt(3))),
            1 + random.nextInt(3),
            ModuleDigest.of(new byte[random.nextInt(3)]),
            GuestContract.HANDLER,
            Limits.DEFAULT,
            InstancePolicy.DEFAULT,
            Grants.NONE,
            "{}");
    return new Invocation(
        "id-" + number,
        version,
        new HttpCall("GET", "", null, Headers.NONE, new byte[0]),
        random.nextBoolean()
            ? new Origin("caller-" + random.nextInt(3), null, Trigger.HTTP, null, 1)
            : Origin.ANONYMOUS,
        0,
        null,
        new Cancellation());
  }

  private static Outcome outcome(Random random) {
    Usage usage =
        new Usage(
            random.nextLong() >>> 1,
            random.nextLong() >>> 1,
            random.nextLong() >>> 1,
            Usage.Acquire.values()[random.nextInt(Usage.Acquire.values().length)],
            random.nextLong() >>> 1,
            random.nextLong() >>> 1,
            random.nextLong() >>> 1,
            random.nextLong() >>> 1);
    String error = "wh\u00e4t 'went' wrong ".repeat(random.nextInt(40));
    return switch (random.nextInt(6)) {
      case 0 -> new Outcome.Responded(200, Headers.NONE, new byte[0], usage);
      case 1 -> new Outcome.GuestFailed(error, usage);
      case 2 -> new Outcome.Trapped(error, usage);
      case 3 -> new Outcome.TimedOut(Duration.ofMillis(random.nextInt(9_000)), usage);
      case 4 -> new Outcome.FuelExhausted(random.nextInt(9_000), usage);
      default -> new Outcome.MemoryExceeded(random.nextInt(9_000), usage);
    };
  }

  private static Instant at(Random random) {
    return NOW.plusMillis(random.nextInt(10_000));
  }

  private static Filter filter(Random random) {
    return new Filter(
        sometimes(random, new FunctionName("f" + random.nextInt(4))),
        sometimes(random, 1 + random.nextInt(4)),
        sometimes(random, Outcome.words().get(random.nextInt(Outcome.words().size()))),
        sometimes(random, ModuleDigest.of(new byte[random.nextInt(4)]).toString()),
        sometimes(random, "caller-" + random.nextInt(4)),
        sometimes(random, at(random)),
        sometimes(random, at(random)));
  }

  private static <T> Optional<T> sometimes(Random random, T value) {
    return random.nextInt(3) == 0 ? Optional.of(value) : Optional.empty();
  }

  private static boolean fits(ExecutionRecord record, Filter filter) {
    return filter.function().orElse(record.function().name()).equals(record.function().name())
        && filter.version().orElse(record.version()) == record.version()
        && filter.outcome().orElse(record.outcome()).equals(record.outcome())
        && filter.module().orElse(record.module()).equals(record.module())
        && filter.caller().orElse(record.caller()).equals(record.caller())
        && !record.endedAt().isBefore(filter.since().orElse(Instant.MIN))
        && record.endedAt().isBefore(filter.until().orElse(Instant.MAX));
  }

  private List<ExecutionRecord> list(Filter filter) {
    return store.list(ACME, filter, 100, ExecutionStore.START).items();
  }

  private static Filter filter(String function, String outcome) {
    return new Filter(
        Optional.of(function).filter(it -> !it.isEmpty()).map(FunctionName::new),
        Optional.empty(),
        Optional.of(outcome).filter(it -> !it.isEmpty()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static ExecutionRecord record(
      TenantId tenant, String function, String error, Instant endedAt) {
    return new ExecutionRecord(
        "id",
        new FunctionRef(tenant, new FunctionName(function)),
        1,
        "",
        "",
        endedAt,
        error.isEmpty() ? "responded" : "trapped",
        error,
        Usage.NONE);
  }
}
