package dev.leat.invocations.schedule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.audit.jdbi.AuditSchema;
import dev.leat.contract.Allowance;
import dev.leat.contract.Answer;
import dev.leat.contract.AsyncPolicy;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.invocations.async.AsyncFunctions.AsyncFunction;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.AsyncStore.Backlog;
import dev.leat.invocations.async.QueuedInvocation;
import dev.leat.invocations.jdbi.InvocationsSchema;
import dev.leat.invocations.jdbi.JdbiAsyncStore;
import dev.leat.invocations.jdbi.JdbiScheduleStore;
import dev.leat.invocations.jdbi.LargeBodies;
import dev.leat.invocations.schedule.LastRun.End;
import dev.leat.invocations.schedule.Schedules.Wish;
import dev.leat.store.JdbiLeases;
import dev.leat.store.Leases;
import dev.leat.store.StoreFailure;
import dev.leat.store.StoreSchema;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Making schedules and firing them, by two nodes, with a clock that the test moves. */
class SchedulesTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static final MigratedDatabases DATABASES =
      new MigratedDatabases(StoreSchema::migrate, AuditSchema::migrate, InvocationsSchema::migrate);

  private final TestDatabase database = DATABASES.h2();
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T12:00:30Z"));
  private final Leases leases = new JdbiLeases(database.dataSource());
  private final ScheduleStore store = new JdbiScheduleStore(database.dataSource(), leases);
  private final AsyncStore queue =
      new JdbiAsyncStore(database.dataSource(), LargeBodies.inTable(database.dataSource()));
  private final Functions functions = new Functions();
  private final Allowance allowance = Allowance.PLATFORM;
  private long backlog = 1_000;
  private int ids;
  private int queued;

  private final Schedules schedules =
      new Schedules(store, functions, tenant -> allowance, () -> "made-" + ids++, clock);
  private final FireSchedules node = node("a");
  private final FireSchedules other = node("b");

  @BeforeEach
  void open() {
    functions.versions.put("mask", 1);
  }

  @AfterEach
  void nothingIsMissing() {
    assertThat(queue.account(Optional.empty()).missing()).isZero();
    database.close();
  }

  @Test
  void fire_due_callsWhatHasTheTraffic() {
    Schedule schedule = done(create("mask", "* * * * *", MissedRuns.ONCE));
    node.round();
    assertThat(accepted()).isZero();

    clock.advance(MINUTE);
    functions.versions.put("mask", 2);
    node.round();
    node.round();

    QueuedInvocation call = taken().getFirst();
    assertThat(call.version().number()).isEqualTo(2);
    assertThat(call.call().method()).isEqualTo("POST");
    assertThat(call.call().body()).isEqualTo("{}".getBytes(UTF_8));
    assertThat(call.call().headers().first("Content-Type")).isEqualTo("application/json");
    assertThat(call.call().headers().first("Leat-Schedule")).isEqualTo(schedule.id());
    assertThat(call.call().headers().first("Leat-Scheduled-At")).isEqualTo("2026-01-01T12:01:00Z");
    assertThat(call.origin().caller()).isEqualTo("dev");
    assertThat(accepted()).isEqualTo(1);
    assertThat(queued).isEqualTo(1);
    Schedule then = find(schedule.id());
    assertThat(then.nextAt()).contains(Instant.parse("2026-01-01T12:02:00Z"));
    assertThat(then.last().orElseThrow().invocation()).contains(call.id());
  }

  @Test
  void fire_byTwoNodes_eachTimeOnce() {
    done(create("mask", "* * * * *", MissedRuns.ALL));
    for (int i = 0; i < 5; i++) {
      clock.advance(MINUTE);
      node.round();
      other.round();
    }
    assertThat(accepted()).isEqualTo(5);
    assertThat(node.accepted()).isEqualTo(5);

    node.close();
    clock.advance(MINUTE);
    other.round();

    assertThat(other.accepted()).as("the lease was given back").isEqualTo(1);
  }

  @Test
  void fire_afterAnHourOfNobody_asThePolicySays() {
    String skip = done(create("mask", "*/10 * * * *", MissedRuns.SKIP)).id();
    String once = done(create("mask", "*/10 * * * *", MissedRuns.ONCE)).id();
    String all = done(create("mask", "*/10 * * * *", MissedRuns.ALL)).id();

    clock.advance(Duration.ofMinutes(65));
    node.round();

    assertThat(taken())
        .extracting(it -> it.call().headers().first("leat-schedule"))
        .containsOnly(once, all)
        .hasSize(7);
    assertThat(find(skip).last().orElseThrow().end()).isEqualTo(End.MISSED);
    assertThat(find(once).last().orElseThrow().end()).isEqualTo(End.ACCEPTED);
    assertThat(List.of(node.accepted(), node.missed(), node.refused()))
        .containsExactly(7L, 6L + 5L, 0L);
    assertThat(find(skip).nextAt()).contains(Instant.parse("2026-01-01T13:10:00Z"));
  }

  @Test
  void fire_theClockIsPutBack_nothingIsFiredTwice() {
    done(create("mask", "* * * * *", MissedRuns.ALL));
    clock.advance(MINUTE);
    node.round();

    clock.advance(Duration.ofMinutes(-30));
    node.round();
    clock.advance(Duration.ofMinutes(30));
    node.round();

    assertThat(accepted()).isEqualTo(1);
  }

  @Test
  void fire_functionIsGone_saysSo_andGoesOn() {
    String id = done(create("mask", "* * * * *", MissedRuns.ALL)).id();
    functions.versions.clear();

    clock.advance(MINUTE);
    node.round();

    assertThat(find(id).last().orElseThrow().end()).isEqualTo(End.REFUSED);
    assertThat(find(id).last().orElseThrow().reason()).contains("mask");
    assertThat(node.refused()).isEqualTo(1);
    functions.versions.put("mask", 3);
    clock.advance(MINUTE);
    node.round();
    assertThat(taken()).extracting(it -> it.version().number()).containsExactly(3);
  }

  @Test
  void fire_backlogIsFull_nothingPilesUp() {
    String id = done(create("mask", "* * * * *", MissedRuns.ALL)).id();
    backlog = 0;

    clock.advance(MINUTE);
    node.round();

    assertThat(find(id).last().orElseThrow().reason()).contains("async-backlog");
    assertThat(node.refused()).isEqualTo(1);
    backlog = 10;
    node.round();
    assertThat(accepted()).isZero();
  }

  @Test
  void fire_oneThatCannotBeFired_othersAre() {
    String bad = done(create("mask", "* * * * *", MissedRuns.ALL)).id();
    String good = done(create("mask", "* * * * *", MissedRuns.ALL)).id();
    database.execute("UPDATE schedules SET zone = 'Mars/Olympus' WHERE id = '" + bad + "'");

    clock.advance(MINUTE);
    node.round();

    assertThat(find(bad).last().orElseThrow().reason()).contains("Mars/Olympus");
    assertThat(find(bad).nextAt()).isEmpty();
    assertThat(find(good).last().orElseThrow().end()).isEqualTo(End.ACCEPTED);
  }

  @Test
  void fire_theStoreIsAwayMeanwhile_nothingIsStopped() {
    String id = done(create("mask", "* * * * *", MissedRuns.ALL)).id();
    clock.advance(MINUTE);
    AtomicInteger reads = new AtomicInteger();
    for (int last = 0; last < 2; last++) {
      int then = last;
      reads.set(0);
      FireSchedules failing =
          node(
              "a",
              () -> {
                if (reads.getAndIncrement() >= then) {
                  throw new StoreFailure("Asking for the time", true, new IllegalStateException());
                }
                return clock.instant();
              });
      functions.isAway = true;
      assertThatThrownBy(failing::round).isInstanceOf(StoreFailure.class);
    }
    assertThat(find(id).nextAt()).contains(Instant.parse("2026-01-01T12:01:00Z"));

    functions.isAway = false;
    node.round();
    assertThat(accepted()).isEqualTo(1);
    assertThat(find(id).nextAt()).contains(Instant.parse("2026-01-01T12:02:00Z"));
  }

  @Test
  void fire_moreThanAreReadAtOnce_allInOneRound() {
    IntStream.range(0, FireSchedules.AT_ONCE)
        .forEach(i -> done(create("mask", "0 13 * * *", MissedRuns.ALL)));
    functions.tenants.add(new TenantId("other"));
    done(schedules.create(new TenantId("other"), "dev", wish("mask", "0 13 * * *")));

    clock.advance(Duration.ofHours(1));
    node.round();

    assertThat(accepted()).isEqualTo(FireSchedules.AT_ONCE + 1);
  }

  @Test
  void fire_aTenantWithMany_othersAreFiredAmongItsFirst() {
    IntStream.range(0, FireSchedules.AT_ONCE)
        .forEach(i -> done(create("mask", "0 13 * * *", MissedRuns.ALL)));
    TenantId other = new TenantId("other");
    functions.tenants.add(other);
    done(schedules.create(other, "dev", wish("mask", "0 13 * * *")));

    functions.asked.clear();
    clock.advance(Duration.ofHours(1));
    node.round();

    assertThat(functions.asked.indexOf(other)).isBetween(0, 1);
  }

  @Test
  void fire_backlogIsFull_missedOnesAreNotEvaluatedAnyMore() {
    backlog = 1;
    IntStream.range(0, 20).forEach(i -> done(create("mask", "* * * * *", MissedRuns.ALL)));

    clock.advance(Duration.ofHours(5));
    node.round();

    assertThat(accepted()).isEqualTo(1);
    assertThat(node.refused())
        .as("100 of each of the first five, then one of each")
        .isEqualTo(5 * 100 - 1 + 15);
  }

  @Test
  void fire_oneThatCannotBeRead_isStopped_othersAreFired() {
    String bad = done(create("mask", "* * * * *", MissedRuns.ALL)).id();
    String good = done(create("mask", "* * * * *", MissedRuns.ALL)).id();
    database.execute("UPDATE schedules SET missed = 'twice' WHERE id = '" + bad + "'");

    clock.advance(MINUTE);
    node.round();

    assertThat(find(good).last().orElseThrow().end()).isEqualTo(End.ACCEPTED);
    assertThat(store.due(clock.instant(), 10)).isEmpty();
    database.execute("UPDATE schedules SET missed = 'all' WHERE id = '" + bad + "'");
    assertThat(done(schedules.resume(ACME, "dev", bad)).nextAt()).isPresent();
  }

  @Test
  void fire_oneOfWhichNothingCanBeKept_isStopped_othersMoveOn() {
    String bad = done(create("mask", "* * * * *", MissedRuns.ALL)).id();
    String good = done(create("mask", "* * * * *", MissedRuns.ALL)).id();
    functions.versions.clear();
    database.execute(
        "ALTER TABLE schedules ADD CHECK (last_end <> 'refused' OR id <> '" + bad + "')");

    clock.advance(MINUTE);
    node.round();

    assertThat(find(good).last().orElseThrow().end()).isEqualTo(End.REFUSED);
    assertThat(find(bad).nextAt()).isEmpty();
    assertThat(find(bad).isPaused()).isFalse();
  }

  @Test
  void resume_anotherWasSooner_andItHasFired_isLeftAsItIs() {
    String id = done(create("mask", "* * * * *", MissedRuns.ALL)).id();
    done(schedules.pause(ACME, "dev", id));
    AtomicInteger asked = new AtomicInteger();
    Schedules slow =
        new Schedules(
            store,
            functions,
            tenant -> allowance,
            () -> "",
            () -> {
              Instant read = clock.instant();
              if (asked.getAndIncrement() == 0) {
                done(schedules.resume(ACME, "dev", id));
                clock.advance(MINUTE);
                node.round();
              }
              return read;
            });

    Schedule resumed = done(slow.resume(ACME, "dev", id));
    node.round();

    assertThat(resumed.nextAt()).contains(Instant.parse("2026-01-01T12:02:00Z"));
    assertThat(accepted()).as("12:01 is fired once").isEqualTo(1);
  }

  @Test
  void pause_firesNoMore_resume_fromThenOn() {
    String id = done(create("mask", "* * * * *", MissedRuns.ALL)).id();

    assertThat(done(schedules.pause(ACME, "dev", id)).nextAt()).isEmpty();
    clock.advance(Duration.ofHours(1));
    node.round();
    assertThat(accepted()).isZero();

    assertThat(done(schedules.resume(ACME, "dev", id)).nextAt())
        .contains(Instant.parse("2026-01-01T13:01:00Z"));
    node.round();
    assertThat(accepted()).isZero();
    assertThat(done(schedules.next(ACME, id, 2)))
        .extracting(Object::toString)
        .containsExactly("2026-01-01T13:01Z[UTC]", "2026-01-01T13:02Z[UTC]");
    assertThat(done(schedules.delete(ACME, "dev", id))).isTrue();
    refused(schedules.find(ACME, id), ProblemCode.NOT_FOUND);
    refused(schedules.pause(ACME, "dev", id), ProblemCode.NOT_FOUND);
  }

  @Test
  void create_whatCannotBe_isRefused() {
    refused(create("mask", "0 0 31 2 *", MissedRuns.ALL), ProblemCode.INVALID_REQUEST);
    refused(create("mask", "* * * * * *", MissedRuns.ALL), ProblemCode.INVALID_REQUEST);
    refused(create("none", "* * * * *", MissedRuns.ALL), ProblemCode.FUNCTION_NOT_FOUND);
    refused(create("mask:", "* * * * *", MissedRuns.ALL), ProblemCode.INVALID_REQUEST);
    refused(create("Mask", "* * * * *", MissedRuns.ALL), ProblemCode.INVALID_REQUEST);
    refused(
        schedules.create(new TenantId("gone"), "dev", wish("mask", "* * * * *")),
        ProblemCode.NOT_FOUND);
    refused(
        schedules.create(
            ACME,
            "dev",
            new Wish(
                Optional.of("Nightly"),
                "mask",
                "* * * * *",
                "UTC",
                MissedRuns.ONCE,
                "a/b",
                new byte[0])),
        ProblemCode.INVALID_REQUEST);
    refused(
        schedules.create(
            ACME,
            "dev",
            new Wish(
                Optional.empty(),
                "mask",
                "* * * * *",
                "UTC",
                MissedRuns.ONCE,
                "a/b\r\nx: y",
                new byte[0])),
        ProblemCode.INVALID_REQUEST);
    refused(
        schedules.create(
            ACME,
            "dev",
            new Wish(
                Optional.empty(),
                "mask",
                "* * * * *",
                "UTC",
                MissedRuns.ONCE,
                "a/b",
                new byte[Schedules.DATA_BYTES_MAX + 1])),
        ProblemCode.BODY_TOO_LARGE);
    assertThat(schedules.count(ACME)).isZero();
  }

  @Test
  void create_moreThanTheTenantMayHave_isRefused() {
    for (int i = 0; i < Allowance.SCHEDULES; i++) {
      done(create("mask", "0 0 * * *", MissedRuns.ONCE));
    }

    Problem problem = refused(create("mask", "0 0 * * *", MissedRuns.ONCE), ProblemCode.CONFLICT);

    assertThat(problem.detail()).contains("100 schedules");
  }

  private Answer<Schedule> create(String function, String cron, MissedRuns missed) {
    Wish wish = wish(function, cron);
    return schedules.create(
        ACME,
        "dev",
        new Wish(wish.id(), function, cron, wish.zone(), missed, wish.contentType(), wish.data()));
  }

  private static Wish wish(String function, String cron) {
    return new Wish(
        Optional.empty(),
        function,
        cron,
        "UTC",
        MissedRuns.ONCE,
        "application/json",
        "{}".getBytes(UTF_8));
  }

  private Schedule find(String id) {
    return done(schedules.find(ACME, id));
  }

  private long accepted() {
    return queue.account(Optional.empty()).accepted();
  }

  private List<QueuedInvocation> taken() {
    return queue
        .turn(
            7,
            List.of(),
            tenant -> new AsyncStore.Backlog(1_000, 1 << 30),
            List.of(),
            1_000,
            "",
            tenant -> 1_000)
        .taken();
  }

  private FireSchedules node(String name) {
    return node(name, clock);
  }

  private FireSchedules node(String name, InstantSource time) {
    return new FireSchedules(
        store,
        leases,
        name,
        functions,
        tenant -> new Backlog(backlog, 1 << 20),
        () -> "call-" + ids++,
        () -> queued++,
        time);
  }

  private static <T> T done(Answer<T> answer) {
    return switch (answer) {
      case Answer.Done<T>(T value) -> value;
      case Answer.Refused<T>(Problem problem) -> throw new AssertionError(problem);
    };
  }

  private static Problem refused(Answer<?> answer, ProblemCode code) {
    Problem problem =
        switch (answer) {
          case Answer.Done<?>(Object value) -> throw new AssertionError(value);
          case Answer.Refused<?>(Problem why) -> why;
        };
    assertThat(problem.code()).isEqualTo(code);
    return problem;
  }

  /** What is deployed, in each tenant. */
  private static final class Functions implements ScheduledFunctions {
    final Map<String, Integer> versions = new HashMap<>();
    final Set<TenantId> tenants = new HashSet<>(Set.of(ACME));
    final List<TenantId> asked = new ArrayList<>();
    boolean isAway;

    @Override
    public Answer<AsyncFunction> find(FunctionRef function, String selector, int bytes) {
      asked.add(function.tenant());
      if (isAway) {
        throw new StoreFailure("Finding a function", true, new IllegalStateException());
      }
      Integer number = versions.get(function.name().value());
      return number == null
          ? Answer.refused(
              ProblemCode.FUNCTION_NOT_FOUND, "Function '" + function + "' is not deployed.")
          : Answer.done(new AsyncFunction(version(function, number), AsyncPolicy.DEFAULT));
    }

    private static FunctionVersion version(FunctionRef function, int number) {
      return new FunctionVersion(
          function,
          number,
          ModuleDigest.parse("sha256:" + "ab".repeat(32)),
          GuestContract.HANDLER,
          Limits.DEFAULT,
          InstancePolicy.DEFAULT,
          Grants.NONE,
          "{}");
    }

    @Override
    public boolean exists(TenantId tenant) {
      return tenants.contains(tenant);
    }
  }
}
