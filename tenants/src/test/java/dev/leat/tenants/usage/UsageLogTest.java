package dev.leat.tenants.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Answer;
import dev.leat.contract.Cancellation;
import dev.leat.contract.Change;
import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Invocation;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Outcome;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.store.StoreFailure;
import dev.leat.tenants.jdbi.TenantsSchema;
import dev.leat.tenants.usage.UsageQuery.By;
import dev.leat.tenants.usage.jdbi.JdbiUsageStore;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.Seed;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was used is counted once, whatever the store, the clock and the nodes do. */
class UsageLogTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");

  private static final MigratedDatabases DATABASES = new MigratedDatabases(TenantsSchema::migrate);

  private final TestDatabase database = DATABASES.h2();
  private final LossyStore store = new LossyStore(new JdbiUsageStore(database.dataSource()));
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-02T12:30:00Z"));
  private final Set<TenantId> existing = new HashSet<>(List.of(ACME, OTHER));
  private final Map<TenantId, Long> stored = new HashMap<>();
  private final UsageCounts counts = new UsageCounts();
  private final UsageLog log = node("n1", counts);
  private final List<ExecutionRecord> records = new ArrayList<>();

  @BeforeEach
  void migrate() {
    for (TenantId tenant : List.of(ACME, OTHER)) {
      database.execute(
          "INSERT INTO tenants (id, created_at) VALUES ('%s', CURRENT_TIMESTAMP)"
              .formatted(tenant));
    }
  }

  @AfterEach
  void close() {
    log.close();
    database.close();
  }

  private UsageLog node(String name, UsageCounts counted) {
    return new UsageLog(name, counted, store, () -> stored, existing::contains, clock, () -> {});
  }

  /** Three nodes, stores that fail before and after the commit, a clock that steps both ways. */
  @Test
  void sums_equalTheExecutionRecords_whateverFails() {
    Seed seed = Seed.orElse(20261127);
    Random random = seed.random();
    List<UsageCounts> counted = List.of(counts, new UsageCounts(), new UsageCounts());
    List<UsageLog> nodes = List.of(log, node("n2", counted.get(1)), node("n3", counted.get(2)));

    for (int step = 0; step < 2_000; step++) {
      int node = random.nextInt(3);
      switch (random.nextInt(12)) {
        case 0, 1 -> {
          store.fault = LossyStore.Fault.values()[random.nextInt(3)];
          write(nodes.get(node));
        }
        case 2 -> clock.advance(Duration.ofSeconds(random.nextInt(90)));
        case 3 -> clock.advance(Duration.ofMinutes(random.nextInt(150) - 70));
        default -> end(counted.get(node), random);
      }
    }
    store.fault = LossyStore.Fault.NONE;
    nodes.forEach(UsageLog::write);

    for (By by : By.values()) {
      assertThat(sums(by)).as("by %s, %s", by, seed).isEqualTo(recorded());
    }
  }

  private void end(UsageCounts counted, Random random) {
    Invocation invocation =
        invocation(
            random.nextBoolean() ? ACME : OTHER, "f-" + random.nextInt(4), random.nextInt(100));
    Usage usage =
        new Usage(
            random.nextInt(100_000),
            random.nextInt(50),
            (long) random.nextInt(64) << 16,
            Usage.Acquire.RESET,
            1,
            1,
            random.nextInt(1_000) * 1_000_000L,
            random.nextInt(1_000_000_000));
    Outcome outcome =
        random.nextInt(3) == 0
            ? new Outcome.Trapped("x", usage)
            : new Outcome.Responded(200, Headers.NONE, new byte[random.nextInt(50)], usage);
    counted.count(invocation, outcome);
    records.add(ExecutionRecord.of(invocation, outcome, clock.instant()));
  }

  /** How often by tenant, function and outcome; fuel, that of initialising, memory, CPU. */
  private Map<String, List<Long>> recorded() {
    Map<String, List<Long>> sums = new TreeMap<>();
    for (ExecutionRecord record : records) {
      Usage usage = record.usage();
      long memory = (usage.peakMemoryBytes() >> 10) * (usage.execNanos() / 1_000) / 1_000;
      sums.merge(record.function() + " " + record.outcome(), List.of(1L), UsageLogTest::plus);
      sums.merge(
          record.function().toString(),
          List.of(usage.fuel(), usage.initFuel(), memory, usage.cpuNanos()),
          UsageLogTest::plus);
    }
    return sums;
  }

  private Map<String, List<Long>> sums(By by) {
    Map<String, List<Long>> sums = new TreeMap<>();
    for (TenantId tenant : List.of(ACME, OTHER)) {
      for (UsageTotal total : totals(tenant, by)) {
        String function = tenant + "/" + total.function();
        total
            .outcomes()
            .forEach((outcome, count) ->
                sums.merge(function + " " + outcome, List.of(count), UsageLogTest::plus));
        Amounts used = total.amounts();
        sums.merge(
            function,
            List.of(used.fuel(), used.initFuel(), used.memoryKbMillis(), used.cpuNanos()),
            UsageLogTest::plus);
      }
    }
    return sums;
  }

  private static List<Long> plus(List<Long> sums, List<Long> more) {
    List<Long> result = new ArrayList<>();
    for (int i = 0; i < sums.size(); i++) {
      result.add(sums.get(i) + more.get(i));
    }
    return result;
  }

  @Test
  void write_commitWhoseAnswerIsLost_isDoneAgainAndCountedOnce() {
    count("mask");
    store.fault = LossyStore.Fault.ANSWER_LOST;
    assertThatThrownBy(log::write).isInstanceOf(StoreFailure.class);
    count("mask");

    store.fault = LossyStore.Fault.NONE;
    log.write();

    assertThat(invocations()).isEqualTo(2);
  }

  @Test
  void write_notCommitted_keepsAllUntilTheStoreIsBack() {
    store.fault = LossyStore.Fault.NOT_DONE;
    for (int i = 0; i < 10; i++) {
      count("mask");
      assertThatThrownBy(log::write).isInstanceOf(StoreFailure.class);
      clock.advance(Duration.ofMinutes(1));
    }

    store.fault = LossyStore.Fault.NONE;
    log.write();

    assertThat(totals(ACME, By.MINUTE)).hasSize(10);
    assertThat(invocations()).isEqualTo(10);
  }

  @Test
  void write_storeAwayForLong_countsMinutesAsOne_andLosesNothing() {
    store.fault = LossyStore.Fault.NOT_DONE;
    int functions = UsageCounts.FUNCTIONS_PER_TENANT_MAX;
    int minutes = UsageLog.ROWS_MAX / functions + 5;
    for (int minute = 0; minute < minutes; minute++) {
      for (int i = 0; i < functions; i++) {
        count("f-" + i);
      }
      assertThatThrownBy(log::write).isInstanceOf(StoreFailure.class);
      clock.advance(Duration.ofMinutes(1));
    }

    store.fault = LossyStore.Fault.NONE;
    log.write();

    assertThat(store.largest).isEqualTo(UsageLog.ROWS_MAX);
    assertThat(invocations()).isEqualTo((long) functions * minutes);
  }

  @Test
  void clock_setBackAnHourAndOn_countsEachOnce() {
    count("mask");
    log.write();
    clock.advance(Duration.ofHours(-1));
    count("mask");
    log.write();
    clock.advance(Duration.ofHours(1));
    count("mask");
    log.write();
    clock.advance(Duration.ofHours(1));
    count("mask");
    log.write();

    assertThat(totals(ACME, By.HOUR))
        .extracting(total -> total.amounts().invocations())
        .containsExactly(1L, 2L, 1L);
  }

  @Test
  void otherStart_ofTheNode_addsUp() {
    count("mask");
    log.write();
    UsageCounts again = new UsageCounts();
    UsageLog restarted = node("n1-again", again);

    again.count(invocation(ACME, "mask", 0), answer());
    restarted.write();

    assertThat(invocations()).isEqualTo(2);
  }

  @Test
  void close_writesWhatWasCountedToTheLast() {
    log.start();
    count("mask");
    Eventually.holds("it is written", () -> invocations() == 1);
    count("mask");

    log.close();

    assertThat(invocations()).isEqualTo(2);
  }

  @Test
  void close_storeBackInTime_losesNothing() {
    store.fault = LossyStore.Fault.ANSWER_LOST;
    store.faults = 3;
    log.start();
    count("mask");

    log.close();

    assertThat(invocations()).isEqualTo(1);
  }

  @Test
  void forget_removesWhatWasCountedAndIsNotWritten() {
    count("mask");
    log.write();
    count("mask");

    log.forget(ACME);
    log.write();

    assertThat(totals(ACME, By.DAY)).isEmpty();
  }

  @Test
  void forget_beforeATenantBegins_losesNothingOfIt() {
    log.forget(ACME);
    count("mask");
    log.write();

    assertThat(invocations()).isEqualTo(1);
  }

  @Test
  void changed_tenantIsGone_itsCountsGoToo_ofOthersNothingGoes() {
    count("mask");
    counts.count(invocation(OTHER, "mask", 0), answer());
    existing.remove(ACME);

    log.changed(new Change.TenantChanged(ACME));
    log.changed(new Change.TenantChanged(OTHER));
    log.write();

    assertThat(totals(ACME, By.DAY)).isEmpty();
    assertThat(totals(OTHER, By.DAY)).hasSize(1);
  }

  @Test
  void stored_isSampledOnceAnHour_theMostOfADay() {
    stored.put(ACME, 500L);
    log.tidy(false);
    stored.put(ACME, 200L);
    clock.advance(Duration.ofHours(1));
    log.tidy(true);

    assertThat(totals(ACME, By.HOUR))
        .extracting(total -> total.amounts().storedBytes())
        .containsExactly(500L, 200L);
    assertThat(totals(ACME, By.DAY))
        .extracting(total -> total.amounts().storedBytes())
        .containsExactly(500L);
  }

  @Test
  void old_minutesBecomeHours_thenDays_thenNothing() {
    count("mask");
    log.write();
    clock.advance(Duration.ofMinutes(1));
    count("mask");
    log.write();
    assertThat(totals(ACME, By.MINUTE)).hasSize(2);

    clock.advance(UsageLog.MINUTES_KEPT.plusHours(1));
    log.tidy(true);
    assertThat(totals(ACME, By.MINUTE)).hasSize(1);
    clock.advance(UsageLog.HOURS_KEPT.plusDays(1));
    log.tidy(true);
    assertThat(totals(ACME, By.MINUTE))
        .extracting(total -> UsageRow.begin(total.minute()).toString())
        .containsExactly("2026-01-02T00:00:00Z");
    assertThat(invocations()).isEqualTo(2);
    clock.advance(UsageLog.DAYS_KEPT);
    log.tidy(true);

    assertThat(totals(ACME, By.DAY)).isEmpty();
  }

  @Test
  void list_pageByPage_andNoOtherCursor() {
    for (int i = 0; i < 5; i++) {
      count("f-" + i);
    }
    log.write();

    Page<UsageTotal> first = page(2, Optional.empty());
    Page<UsageTotal> second = page(2, first.next());
    Page<UsageTotal> third = page(2, second.next());

    assertThat(first.items()).extracting(UsageTotal::function).containsExactly("f-0", "f-1");
    assertThat(second.items()).extracting(UsageTotal::function).containsExactly("f-2", "f-3");
    assertThat(third.items()).extracting(UsageTotal::function).containsExactly("f-4");
    assertThat(third.next()).isEmpty();
    for (String bad : List.of("", "x", "1", "1.F", "99999999999.f", "-1.f")) {
      assertThat(log.list(query(ACME, By.DAY), 2, Optional.of(bad)))
          .as(bad)
          .isInstanceOf(Answer.Refused.class);
    }
  }

  private Page<UsageTotal> page(int limit, Optional<String> cursor) {
    return log.list(query(ACME, By.DAY), limit, cursor)
            instanceof Answer.Done<Page<UsageTotal>>(Page<UsageTotal> page)
        ? page
        : new Page<>(List.of(), Optional.empty());
  }

  @Test
  void count_moreFunctionsThanAreToldApart_goTogether_andComeApartAgain() {
    for (int i = 0; i < UsageCounts.FUNCTIONS_PER_TENANT_MAX + 5; i++) {
      count("f-" + i);
    }
    log.write();
    assertThat(counts.places()).isEqualTo(UsageCounts.FUNCTIONS_PER_TENANT_MAX + 1);
    assertThat(totals(ACME, By.DAY))
        .filteredOn(total -> total.function().equals(UsageRow.OTHER))
        .singleElement()
        .satisfies(total -> assertThat(total.amounts().invocations()).isEqualTo(5));

    for (int i = 0; i < UsageCounts.IDLE_TAKES; i++) {
      log.write();
    }
    assertThat(counts.places()).isZero();
    count("late");
    log.write();

    assertThat(totals(ACME, By.DAY)).extracting(UsageTotal::function).contains("late");
    assertThat(invocations()).isEqualTo(UsageCounts.FUNCTIONS_PER_TENANT_MAX + 6);
  }

  /** Threads count while places come and go as fast as they can. */
  @Test
  void count_byManyThreadsWhilePlacesAreLetGo_losesNothing() {
    int threads = 4;
    int each = 20_000;
    Invocation invocation = invocation(ACME, "mask", 0);
    long[] taken = {0};
    UsageCounts.Taker taker = (tenant, function, what, more) -> taken[0] += more.invocations();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        pool.execute(() -> {
          for (int i = 0; i < each; i++) {
            counts.count(invocation, answer());
          }
        });
      }
      pool.shutdown();
      while (!pool.isTerminated()) {
        counts.take(taker);
      }
    }
    for (int i = 0; i <= UsageCounts.IDLE_TAKES; i++) {
      counts.take(taker);
    }

    assertThat(taken[0]).isEqualTo((long) threads * each);
    assertThat(counts.places()).isZero();
  }

  private void count(String function) {
    counts.count(invocation(ACME, function, 0), answer());
  }

  private static Outcome answer() {
    return new Outcome.Responded(200, Headers.NONE, new byte[3], Usage.NONE);
  }

  private void write(UsageLog node) {
    try {
      node.write();
    } catch (StoreFailure e) {
      assertThat(store.fault).isNotEqualTo(LossyStore.Fault.NONE);
    }
  }

  private List<UsageTotal> totals(TenantId tenant, By by) {
    return store.totals(query(tenant, by), Optional.empty(), 100_000);
  }

  private long invocations() {
    return totals(ACME, By.DAY).stream().mapToLong(total -> total.amounts().invocations()).sum();
  }

  private static UsageQuery query(TenantId tenant, By by) {
    return new UsageQuery(tenant, Optional.empty(), by, 0, Long.MAX_VALUE / 2);
  }

  private static Invocation invocation(TenantId tenant, String function, int bytes) {
    return new Invocation(
        "id",
        new FunctionVersion(
            new FunctionRef(tenant, new FunctionName(function)),
            1,
            ModuleDigest.of(new byte[0]),
            GuestContract.HANDLER,
            Limits.DEFAULT,
            InstancePolicy.DEFAULT,
            Grants.NONE,
            "{}"),
        new HttpCall("GET", "", null, Headers.NONE, new byte[bytes]),
        new Cancellation());
  }

  /** Writes, and says that it failed: before the commit, or after it. */
  private static final class LossyStore implements UsageStore {
    private final UsageStore store;
    private volatile Fault fault = Fault.NONE;
    private volatile int faults = Integer.MAX_VALUE;
    private int largest;

    LossyStore(UsageStore store) {
      this.store = store;
    }

    @Override
    public void write(List<UsageRow> rows) {
      boolean fails = fault != Fault.NONE && faults-- > 0;
      if (!fails || fault == Fault.ANSWER_LOST) {
        store.write(rows);
      }
      largest = Math.max(largest, rows.size());
      if (fails) {
        throw new StoreFailure("Writing", true, new IllegalStateException("away"));
      }
    }

    @Override
    public List<UsageTotal> totals(
        UsageQuery query, Optional<UsageTotal.Position> after, int limit) {
      return store.totals(query, after, limit);
    }

    @Override
    public boolean rollUp(long minutesBefore, long hoursBefore) {
      return store.rollUp(minutesBefore, hoursBefore);
    }

    @Override
    public void prune(long minute) {
      store.prune(minute);
    }

    @Override
    public List<Charge> charges(Duration within) {
      return store.charges(within);
    }

    @Override
    public void forget(TenantId tenant) {
      store.forget(tenant);
    }

    enum Fault {
      NONE,
      NOT_DONE,
      ANSWER_LOST
    }
  }
}
