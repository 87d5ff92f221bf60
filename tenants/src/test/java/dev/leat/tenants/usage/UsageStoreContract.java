package dev.leat.tenants.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionName;
import dev.leat.contract.TenantId;
import dev.leat.tenants.jdbi.TenantsSchema;
import dev.leat.tenants.usage.UsageQuery.By;
import dev.leat.tenants.usage.jdbi.JdbiUsageStore;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.Seed;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link UsageStore}, by their numbers; and that several nodes add up to one. */
public abstract class UsageStoreContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final TenantId NOBODY = new TenantId("nobody");

  /** The beginning of a day. */
  private static final long DAY = UsageRow.minute(Instant.parse("2026-01-02T00:00:00Z"));

  protected static final MigratedDatabases DATABASES =
      new MigratedDatabases(TenantsSchema::migrate);

  private final TestDatabase database;
  private final UsageStore store;

  protected UsageStoreContract(TestDatabase database) {
    this.database = database;
    this.store = new JdbiUsageStore(database.dataSource());
  }

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
    database.close();
  }

  @Test
  void law1_write_again_changesNothing_andMoreReplaces() {
    store.write(List.of(row("n1", ACME, "mask", "responded", DAY, 3)));
    store.write(List.of(row("n1", ACME, "mask", "responded", DAY, 3)));
    assertThat(invocations(ACME, By.MINUTE)).containsExactly(3L);

    store.write(List.of(row("n1", ACME, "mask", "responded", DAY, 5)));

    assertThat(invocations(ACME, By.MINUTE)).containsExactly(5L);
  }

  @Test
  void law1_write_ofATenantThatIsNot_isLeftOut() {
    store.write(
        List.of(
            row("n1", NOBODY, "mask", "responded", DAY, 3),
            row("n1", ACME, "mask", "responded", DAY, 1)));

    assertThat(invocations(NOBODY, By.MINUTE)).isEmpty();
    assertThat(invocations(ACME, By.MINUTE)).containsExactly(1L);
  }

  @Test
  void law1_write_moreThanABatch_keepsAll() {
    List<UsageRow> rows = new ArrayList<>();
    for (int i = 0; i < 2_500; i++) {
      rows.add(row("n1", ACME, "f" + i, "responded", DAY, 1));
    }

    store.write(rows);

    assertThat(sum(store.totals(query(ACME, By.DAY), Optional.empty(), 5_000)).invocations())
        .isEqualTo(2_500);
  }

  @Test
  void law2_totals_addUpWritersAndEndings_inOrder() {
    store.write(
        List.of(
            row("n1", ACME, "mask", "responded", DAY, 3),
            row("n2", ACME, "mask", "responded", DAY, 4),
            row("n2", ACME, "mask", "trapped", DAY + 59, 1),
            row("n1", ACME, "echo", "responded", DAY + 60, 2),
            row("n1", ACME, "mask", UsageRow.CHARGED, DAY, 7),
            row("n1", OTHER, "mask", "responded", DAY, 9)));

    List<UsageTotal> hours = store.totals(query(ACME, By.HOUR), Optional.empty(), 10);

    assertThat(hours)
        .extracting(UsageTotal::position)
        .containsExactly(
            new UsageTotal.Position(DAY, "mask"), new UsageTotal.Position(DAY + 60, "echo"));
    assertThat(hours.getFirst().outcomes()).isEqualTo(Map.of("responded", 7L, "trapped", 1L));
    assertThat(hours.getFirst().amounts()).isEqualTo(amounts(8));
    assertThat(invocations(ACME, By.DAY)).containsExactlyInAnyOrder(8L, 2L);
  }

  @Test
  void law2_totals_ofOneFunctionAndTime() {
    store.write(
        List.of(
            row("n1", ACME, "mask", "responded", DAY, 1),
            row("n1", ACME, "echo", "responded", DAY, 2),
            row("n1", ACME, "mask", "responded", DAY + 1, 4),
            row("n1", ACME, "mask", "responded", DAY + 2, 8)));

    List<UsageTotal> found =
        store.totals(
            new UsageQuery(
                ACME, Optional.of(new FunctionName("mask")), By.MINUTE, DAY + 1, DAY + 2),
            Optional.empty(),
            10);

    assertThat(found).extracting(total -> total.amounts().invocations()).containsExactly(4L);
  }

  @Test
  void law2_totals_goOn_meetEachOnce() {
    Random random = Seed.orElse(5).random();
    List<UsageRow> rows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String what = random.nextBoolean() ? "responded" : "trapped";
      rows.add(
          row("n" + i, ACME, "f-" + random.nextInt(9), what, DAY + random.nextInt(300), 1 + i));
    }
    store.write(rows);
    List<UsageTotal> whole = store.totals(query(ACME, By.HOUR), Optional.empty(), 1_000);

    List<UsageTotal> parts = new ArrayList<>();
    Optional<UsageTotal.Position> after = Optional.empty();
    List<UsageTotal> part = store.totals(query(ACME, By.HOUR), after, 7);
    while (!part.isEmpty()) {
      parts.addAll(part);
      part = store.totals(query(ACME, By.HOUR), Optional.of(part.getLast().position()), 7);
    }

    assertThat(parts).as("%s", Seed.orElse(5)).isEqualTo(whole);
    assertThat(sum(whole))
        .isEqualTo(rows.stream().map(UsageRow::amounts).reduce(Amounts.NONE, Amounts::plus));
  }

  @Test
  void law3_rollUp_changesNoHourAndNoDay_alsoByTwoAtOnce() throws Exception {
    Random random = Seed.orElse(6).random();
    for (int batch = 0; batch < 6; batch++) {
      List<UsageRow> rows = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        String writer = "n" + batch + "-" + i;
        rows.add(row(writer, ACME, "f-" + random.nextInt(3), "responded", minute(random), i));
      }
      store.write(rows);
    }
    List<UsageTotal> hours = store.totals(query(ACME, By.HOUR), Optional.empty(), 1_000);
    List<UsageTotal> days = store.totals(query(ACME, By.DAY), Optional.empty(), 1_000);

    try (ExecutorService both = Executors.newFixedThreadPool(2)) {
      Future<?> one = both.submit(() -> rollUp(DAY + 600, DAY));
      Future<?> two = both.submit(() -> rollUp(DAY + 600, DAY));
      one.get();
      two.get();
    }

    assertThat(store.totals(query(ACME, By.HOUR), Optional.empty(), 1_000)).isEqualTo(hours);
    assertThat(store.totals(query(ACME, By.DAY), Optional.empty(), 1_000)).isEqualTo(days);
    assertThat(store.totals(minutes(DAY, DAY + 600), Optional.empty(), 1_000))
        .extracting(UsageTotal::minute)
        .allMatch(minute -> minute % 60 == 0);

    rollUp(DAY + 5_000, DAY + 5_000);
    assertThat(store.totals(query(ACME, By.DAY), Optional.empty(), 1_000)).isEqualTo(days);
    assertThat(store.totals(query(ACME, By.MINUTE), Optional.empty(), 1_000)).isEqualTo(days);
  }

  private static long minute(Random random) {
    return DAY + random.nextInt(24 * 60);
  }

  private void rollUp(long minutesBefore, long hoursBefore) {
    boolean isMore = true;
    while (isMore) {
      isMore = store.rollUp(minutesBefore, hoursBefore);
    }
  }

  @Test
  void law3_rollUp_keepsTheMostThatWasStored() {
    store.write(List.of(stored(DAY, 100), stored(DAY + 60, 300), stored(DAY + 120, 200)));

    rollUp(DAY + 5_000, DAY + 5_000);

    assertThat(store.totals(query(ACME, By.DAY), Optional.empty(), 10))
        .singleElement()
        .satisfies(total -> {
          assertThat(total.function()).isEmpty();
          assertThat(total.outcomes()).isEmpty();
          assertThat(total.amounts().storedBytes()).isEqualTo(300);
        });
  }

  @Test
  void law4_prune_removesWhatBeganBefore_andTheRestStays() {
    store.write(
        List.of(
            row("n1", ACME, "mask", "responded", DAY, 1),
            row("n1", ACME, "mask", "responded", DAY + 1, 2),
            row("n1", OTHER, "mask", "responded", DAY + 1, 4)));
    database.execute("DELETE FROM tenants WHERE id = 'other'");

    store.prune(DAY + 1);

    assertThat(invocations(ACME, By.MINUTE)).containsExactly(2L);
    assertThat(invocations(OTHER, By.MINUTE)).isEmpty();
  }

  @Test
  void law4_prune_chargesOfLongAgo() {
    store.write(List.of(row("n1", ACME, "mask", UsageRow.CHARGED, DAY, 1)));
    database.execute("UPDATE usage_rows SET charged_at = charged_at - INTERVAL '27' HOUR");
    store.write(List.of(row("n1", ACME, "mask", UsageRow.CHARGED, DAY + 1, 2)));

    store.prune(0);

    assertThat(store.charges(Duration.ofDays(9)))
        .extracting(charge -> charge.row().amounts().fuel())
        .containsExactly(20L);
  }

  @Test
  void law5_charges_areThoseOfAllWriters_theOldestFirst() {
    store.write(
        List.of(
            row("n1", ACME, "mask", UsageRow.CHARGED, DAY, 1),
            row("n1", ACME, "mask", "responded", DAY, 1)));
    database.execute("UPDATE usage_rows SET charged_at = charged_at - INTERVAL '2' HOUR");
    store.write(List.of(row("n2", OTHER, "echo", UsageRow.CHARGED, DAY + 9, 2)));

    List<UsageStore.Charge> all = store.charges(Duration.ofHours(3));

    assertThat(all).extracting(charge -> charge.row().key().writer()).containsExactly("n1", "n2");
    assertThat(all.getFirst().age()).isBetween(Duration.ofHours(2), Duration.ofHours(3));
    assertThat(all.getLast().age()).isBetween(Duration.ZERO, Duration.ofMinutes(5));
    assertThat(store.charges(Duration.ofHours(1))).hasSize(1);
  }

  @Test
  void law5_charges_writtenAgain_areGivenAgain() {
    store.write(List.of(row("n1", ACME, "mask", UsageRow.CHARGED, DAY, 1)));
    database.execute("UPDATE usage_rows SET charged_at = charged_at - INTERVAL '2' HOUR");

    store.write(List.of(row("n1", ACME, "mask", UsageRow.CHARGED, DAY, 2)));

    assertThat(store.charges(Duration.ofHours(1)))
        .extracting(charge -> charge.row().amounts().fuel())
        .containsExactly(20L);
  }

  @Test
  void law6_forget_removesAllOfATenant() {
    store.write(
        List.of(
            row("n1", ACME, "mask", "responded", DAY, 1),
            row("n1", ACME, "mask", UsageRow.CHARGED, DAY, 1),
            row("n1", OTHER, "mask", "responded", DAY, 2),
            stored(DAY, 5)));

    store.forget(ACME);

    assertThat(invocations(ACME, By.DAY)).isEmpty();
    assertThat(store.charges(Duration.ofHours(1))).isEmpty();
    assertThat(invocations(OTHER, By.DAY)).containsExactly(2L);
  }

  private List<Long> invocations(TenantId tenant, By by) {
    return store.totals(query(tenant, by), Optional.empty(), 1_000).stream()
        .map(total -> total.amounts().invocations())
        .toList();
  }

  private static Amounts sum(List<UsageTotal> totals) {
    return totals.stream().map(UsageTotal::amounts).reduce(Amounts.NONE, Amounts::plus);
  }

  private static UsageQuery query(TenantId tenant, By by) {
    return new UsageQuery(tenant, Optional.empty(), by, 0, Long.MAX_VALUE / 2);
  }

  private static UsageQuery minutes(long since, long until) {
    return new UsageQuery(ACME, Optional.empty(), By.MINUTE, since, until);
  }

  private static UsageRow stored(long minute, long bytes) {
    return new UsageRow(
        new UsageRow.Key("", ACME, "", UsageRow.STORED, minute), Amounts.stored(bytes));
  }

  private static UsageRow row(
      String writer, TenantId tenant, String function, String what, long minute, long n) {
    return new UsageRow(new UsageRow.Key(writer, tenant, function, what, minute), amounts(n));
  }

  private static Amounts amounts(long n) {
    return new Amounts(n, 10 * n, n, 1_000 * n, 7 * n, 2 * n, 3 * n, 4 * n, 0);
  }
}
