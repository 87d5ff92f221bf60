package dev.leat.invocations.jdbi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.AuditSchema;
import dev.leat.contract.FunctionName;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.TenantId;
import dev.leat.contract.VersionRef;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.AsyncStore.Backlog;
import dev.leat.invocations.async.NewInvocation;
import dev.leat.invocations.schedule.LastRun;
import dev.leat.invocations.schedule.LastRun.End;
import dev.leat.invocations.schedule.MissedRuns;
import dev.leat.invocations.schedule.Schedule;
import dev.leat.invocations.schedule.ScheduleStore;
import dev.leat.invocations.schedule.ScheduleStore.Added;
import dev.leat.invocations.schedule.ScheduleStore.Due;
import dev.leat.invocations.schedule.ScheduleStore.Fired;
import dev.leat.invocations.schedule.ScheduleStore.Firing;
import dev.leat.invocations.schedule.ScheduleStore.Found;
import dev.leat.invocations.schedule.ScheduleStore.Key;
import dev.leat.invocations.schedule.ScheduleStore.Unreadable;
import dev.leat.store.JdbiLeases;
import dev.leat.store.LeaseLost;
import dev.leat.store.Leases;
import dev.leat.store.Leases.Lease;
import dev.leat.store.StoreSchema;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The laws of {@link ScheduleStore}, by their numbers; each test has tenants of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ScheduleStoreContract {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant LATER = NOON.plusSeconds(3_600);
  private static final byte[] DATA = {1, 2, 3};
  private static final Duration TERM = Duration.ofMinutes(5);

  static final MigratedDatabases DATABASES =
      new MigratedDatabases(StoreSchema::migrate, AuditSchema::migrate, InvocationsSchema::migrate);

  private final TestDatabase database;
  private Leases leases;
  private ScheduleStore store;
  private AsyncStore queue;
  private Lease lease;
  private TenantId acme;
  private TenantId other;
  private int made;

  ScheduleStoreContract(TestDatabase database) {
    this.database = database;
  }

  @BeforeAll
  void open() {
    leases = new JdbiLeases(database.dataSource());
    store = new JdbiScheduleStore(database.dataSource(), leases);
    queue = new JdbiAsyncStore(database.dataSource(), LargeBodies.inTable(database.dataSource()));
  }

  @AfterAll
  void close() {
    database.close();
  }

  @BeforeEach
  void begin() {
    made++;
    acme = new TenantId("acme" + made);
    other = new TenantId("other" + made);
    lease = leases.take("schedules", "me" + made, TERM).orElseThrow();
  }

  @AfterEach
  void end() {
    leases.release(lease);
    Stream.of(acme, other).forEach(store::forget);
  }

  @Test
  void law1_add_keepsItOnce() {
    Schedule schedule = schedule(acme, "nightly");

    assertThat(add(schedule, 10)).isEqualTo(Added.DONE);
    assertThat(add(schedule, 10)).isEqualTo(Added.TAKEN);
    assertThat(add(schedule(other, "nightly"), 10)).isEqualTo(Added.DONE);
    assertThat(store.find(acme, "nightly")).contains(schedule);
    assertThat(store.data(acme, "nightly"))
        .hasValueSatisfying(it -> assertThat(it).isEqualTo(DATA));
  }

  @Test
  void law1_add_manyAtOnce_noMoreThanTheTenantMayHave() throws Exception {
    List<Future<Added>> added = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 12; i++) {
        Schedule schedule = schedule(acme, "s" + i);
        added.add(threads.submit(() -> add(schedule, 3)));
      }
    }
    List<Added> ends = new ArrayList<>();
    for (Future<Added> each : added) {
      ends.add(each.get());
    }

    assertThat(ends).containsOnly(Added.DONE, Added.FULL).filteredOn(Added.DONE::equals).hasSize(3);
    assertThat(store.count(acme)).isEqualTo(3);
  }

  @Test
  void law2_list_isTheTenantsById() {
    add(schedule(acme, "b"), 10);
    add(schedule(acme, "a"), 10);
    add(schedule(other, "c"), 10);

    assertThat(store.list(acme)).extracting(Schedule::id).containsExactly("a", "b");
    assertThat(store.find(other, "a")).isEmpty();
    assertThat(store.data(other, "a")).isEmpty();
  }

  @Test
  void law3_replaceAndDelete_sayWhetherThereWasOne() {
    Schedule schedule = schedule(acme, "nightly");
    Schedule paused = nextAt(schedule, Optional.empty());

    assertThat(store.replace(schedule, paused, entry("pause"))).isFalse();
    assertThat(store.delete(acme, "nightly", entry("delete"))).isFalse();
    add(schedule, 10);
    assertThat(store.replace(schedule, paused, entry("pause"))).isTrue();
    assertThat(store.find(acme, "nightly")).contains(paused);
    assertThat(store.delete(acme, "nightly", entry("delete"))).isTrue();
    assertThat(store.find(acme, "nightly")).isEmpty();
  }

  @Test
  void law4_audit_isKeptWithTheChangeAlone() {
    Schedule schedule = schedule(acme, "nightly");
    store.delete(acme, "nightly", entry("too-soon"));
    add(schedule, 10);
    add(schedule, 10);
    store.replace(schedule, schedule, entry("replaced"));
    store.delete(acme, "nightly", entry("deleted"));

    List<String> actions =
        Jdbi.create(database.dataSource())
            .withHandle(handle ->
                handle
                    .createQuery("SELECT action FROM audit_pending WHERE tenant = ?")
                    .bind(0, acme.value())
                    .mapTo(String.class)
                    .list());
    assertThat(actions).containsExactlyInAnyOrder("add", "replaced", "deleted");
  }

  @Test
  void law5_due_isWhatsTimeHasCome_earliestFirst() {
    add(nextAt(schedule(acme, "later"), Optional.of(LATER)), 10);
    add(nextAt(schedule(acme, "last"), Optional.of(NOON.plusSeconds(1))), 10);
    add(schedule(acme, "first"), 10);
    add(nextAt(schedule(acme, "paused"), Optional.empty()), 10);

    assertThat(store.due(NOON.plusSeconds(1), 10))
        .containsExactly(key(acme, "first"), key(acme, "last"));
    assertThat(store.due(LATER, 1)).containsExactly(key(acme, "first"));
    assertThat(due(NOON, 10).getFirst().data()).isEqualTo(DATA);
  }

  @Test
  void law5_due_tenantsTakeTurns() {
    for (String id : List.of("a", "b", "c")) {
      add(schedule(acme, id), 10);
      add(nextAt(schedule(other, id), Optional.of(NOON.plusSeconds(1))), 10);
    }

    assertThat(store.due(LATER, 5))
        .containsExactly(
            key(acme, "a"), key(other, "a"), key(acme, "b"), key(other, "b"), key(acme, "c"));
  }

  @Test
  void law5_read_inTheirOrder_withoutThoseThatAreGone_besideWhatCannotBeRead() {
    Stream.of("a", "b", "c").forEach(id -> add(schedule(acme, id), 10));
    database.execute(
        "UPDATE schedules SET missed = 'twice' WHERE id = 'b' AND tenant = '" + acme + "'");

    List<Found> found =
        store.read(List.of(key(acme, "c"), key(other, "a"), key(acme, "b"), key(acme, "a")));

    assertThat(found).hasSize(3);
    assertThat(found.get(0))
        .isInstanceOfSatisfying(Due.class, it -> assertThat(it.schedule().id()).isEqualTo("c"));
    assertThat(found.get(1))
        .isInstanceOfSatisfying(
            Unreadable.class, it -> assertThat(it.key()).isEqualTo(key(acme, "b")));
    assertThat(found.get(2))
        .isInstanceOfSatisfying(Due.class, it -> assertThat(it.schedule().id()).isEqualTo("a"));
    assertThat(store.read(List.of())).isEmpty();
  }

  @Test
  void law7_stop_firesNoMore_underTheLease() {
    add(schedule(acme, "a"), 10);
    add(schedule(acme, "b"), 10);

    store.stop(lease, key(acme, "a"));

    assertThat(store.due(NOON, 10)).containsExactly(key(acme, "b"));
    Lease lost = lease;
    leases.release(lost);
    lease = leases.take("schedules", "another", TERM).orElseThrow();
    assertThatThrownBy(() -> store.stop(lost, key(acme, "b"))).isInstanceOf(LeaseLost.class);
    assertThat(store.due(NOON, 10)).hasSize(1);
  }

  @Test
  void law3_replace_whatIsNotAsItWasRead_isLeft() {
    Schedule schedule = schedule(acme, "a");
    Schedule paused = nextAt(schedule, Optional.empty());
    Schedule later = nextAt(schedule, Optional.of(LATER));
    add(schedule, 10);

    assertThat(store.replace(paused, later, entry("resume"))).isFalse();
    assertThat(store.replace(later, paused, entry("pause"))).isFalse();
    assertThat(store.replace(schedule, paused, entry("pause"))).isTrue();
    assertThat(store.replace(schedule, later, entry("resume"))).isFalse();
    assertThat(store.replace(paused, later, entry("resume"))).isTrue();
    store.fire(lease, List.of(firing(due(LATER, 1).getFirst(), Optional.empty())), room(1));
    Schedule fired = store.find(acme, "a").orElseThrow();
    assertThat(store.replace(nextAt(paused, Optional.empty()), later, entry("resume"))).isFalse();
    assertThat(store.replace(fired, later, entry("resume"))).isTrue();
  }

  @Test
  void law6_fire_acceptsAndMovesOn() {
    add(schedule(acme, "a"), 10);
    add(schedule(acme, "b"), 10);
    List<Due> due = due(NOON, 10);

    List<Fired> fired =
        store.fire(
            lease,
            List.of(
                firing(due.get(0), Optional.of(LATER), "i1", "i2"),
                firing(due.get(1), Optional.empty())),
            room(10));

    assertThat(fired)
        .containsExactly(
            new Fired.Done(List.of(accepted("i1"), accepted("i2"))), new Fired.Done(List.of()));
    assertThat(store.find(acme, "a"))
        .hasValueSatisfying(it -> {
          assertThat(it.nextAt()).contains(LATER);
          assertThat(it.last()).contains(new LastRun(NOON, End.ACCEPTED, "", Optional.of("i2")));
        });
    assertThat(store.find(acme, "b"))
        .hasValueSatisfying(it -> {
          assertThat(it.nextAt()).isEmpty();
          assertThat(it.last()).contains(new LastRun(NOON, End.MISSED, "why", Optional.empty()));
        });
    assertThat(queue.find(acme, "i1")).isPresent();
    assertThat(queue.account(Optional.of(acme)).accepted()).isEqualTo(2);
  }

  @Test
  void law6_fire_again_changesNothing() {
    add(schedule(acme, "a"), 10);
    Due due = due(NOON, 1).getFirst();
    store.fire(lease, List.of(firing(due, Optional.of(LATER), "i1")), room(10));

    List<Fired> again = store.fire(lease, List.of(firing(due, Optional.of(LATER), "i2")), room(10));

    assertThat(again).containsExactly(new Fired.Stale());
    assertThat(queue.find(acme, "i2")).isEmpty();
    assertThat(store.find(acme, "a").orElseThrow().last().orElseThrow().invocation())
        .contains("i1");
  }

  @Test
  void law6_fire_pausedMeanwhile_isLeftAsItIs() {
    Schedule schedule = schedule(acme, "a");
    add(schedule, 10);
    Due due = due(NOON, 1).getFirst();
    store.replace(schedule, nextAt(schedule, Optional.empty()), entry("pause"));

    assertThat(store.fire(lease, List.of(firing(due, Optional.of(LATER), "i1")), room(10)))
        .containsExactly(new Fired.Stale());
    assertThat(store.find(acme, "a").orElseThrow().nextAt()).isEmpty();
  }

  @Test
  void law6_fire_withoutTheLease_changesNothing() {
    add(schedule(acme, "a"), 10);
    Due due = due(NOON, 1).getFirst();
    Lease lost = lease;
    leases.release(lost);
    lease = leases.take("schedules", "another", TERM).orElseThrow();

    assertThatThrownBy(
            () -> store.fire(lost, List.of(firing(due, Optional.of(LATER), "i1")), room(10)))
        .isInstanceOf(LeaseLost.class);
    assertThat(store.due(NOON, 1)).hasSize(1);
    assertThat(queue.find(acme, "i1")).isEmpty();
  }

  @Test
  void law6_fire_noRoom_saysSo() {
    add(schedule(acme, "a"), 10);
    Due due = due(NOON, 1).getFirst();

    store.fire(lease, List.of(firing(due, Optional.of(LATER), "i1")), room(0));

    Schedule then = store.find(acme, "a").orElseThrow();
    assertThat(then.nextAt()).contains(LATER);
    assertThat(then.last().orElseThrow().end()).isEqualTo(End.REFUSED);
    assertThat(then.last().orElseThrow().reason()).contains("async-backlog");
  }

  @Test
  void law8_forget_isOfTheTenantAlone() {
    add(schedule(acme, "a"), 10);
    add(schedule(other, "a"), 10);

    store.forget(acme);

    assertThat(store.count(acme)).isZero();
    assertThat(store.count(other)).isEqualTo(1);
  }

  @Test
  void now_isTheDatabasesTime() {
    assertThat(store.now())
        .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
  }

  private static Key key(TenantId tenant, String id) {
    return new Key(tenant.value(), id);
  }

  private List<Due> due(Instant until, int most) {
    return store.read(store.due(until, most)).stream().map(Due.class::cast).toList();
  }

  private Added add(Schedule schedule, long most) {
    return store.add(schedule, DATA, most, entry("add"));
  }

  private AuditEntry entry(String action) {
    return AuditEntry.done(NOON, acme, "dev", action, "nightly", "");
  }

  private static Schedule schedule(TenantId tenant, String id) {
    return new Schedule(
        tenant,
        id,
        new FunctionName("mask"),
        "live",
        "0 12 * * *",
        "Europe/Berlin",
        MissedRuns.ALL,
        "text/plain",
        DATA.length,
        false,
        "dev",
        NOON.minusSeconds(60),
        Optional.of(NOON),
        Optional.empty());
  }

  private static Schedule nextAt(Schedule of, Optional<Instant> next) {
    return new Schedule(
        of.tenant(),
        of.id(),
        of.function(),
        of.selector(),
        of.cron(),
        of.zone(),
        of.missed(),
        of.contentType(),
        of.dataBytes(),
        next.isEmpty(),
        of.createdBy(),
        of.createdAt(),
        next,
        of.last());
  }

  private static Firing firing(Due due, Optional<Instant> next, String... ids) {
    return new Firing(
        due.schedule(),
        Stream.of(ids).map(id -> call(due, id)).toList(),
        new LastRun(NOON, End.MISSED, "why", Optional.empty()),
        next);
  }

  private static NewInvocation call(Due due, String id) {
    return new NewInvocation(
        id,
        new VersionRef(due.schedule().called(), 1, ModuleDigest.parse("sha256:" + "ab".repeat(32))),
        new HttpCall("POST", "", null, Headers.NONE, due.data()),
        Origin.ANONYMOUS,
        Duration.ofHours(1),
        Optional.empty(),
        Optional.empty(),
        0);
  }

  private static Acceptance accepted(String id) {
    return new Acceptance.Accepted(id, true);
  }

  private static AsyncStore.Backlogs room(long count) {
    return tenant -> new Backlog(count, 1 << 20);
  }
}
