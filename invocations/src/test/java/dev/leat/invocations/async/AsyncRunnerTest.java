package dev.leat.invocations.async;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.AsyncPolicy;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.contract.VersionRef;
import dev.leat.invocations.async.AsyncFunctions.AsyncFunction;
import dev.leat.invocations.async.AsyncStore.Backlog;
import dev.leat.invocations.jdbi.InvocationsSchema;
import dev.leat.invocations.jdbi.JdbiAsyncStore;
import dev.leat.invocations.jdbi.LargeBodies;
import dev.leat.store.JdbiLeases;
import dev.leat.store.StoreSchema;
import dev.leat.store.blob.FileBlobs;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.Seed;
import dev.leat.testkit.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A runner whose rounds a test takes, over a real queue; workers answer what a test says. */
final class AsyncRunnerTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Usage USED = new Usage(42, 0, 0, Usage.Acquire.WARM, 0, 0, 0, 0);
  private static final AsyncPolicy POLICY =
      new AsyncPolicy(
          2,
          Duration.ofMillis(100),
          Duration.ofMillis(100),
          Duration.ofHours(1),
          Duration.ofHours(1),
          Set.of());

  private static final MigratedDatabases DATABASES =
      new MigratedDatabases(StoreSchema::migrate, InvocationsSchema::migrate);

  private final TestDatabase database = DATABASES.h2();
  private final Workers workers = new Workers();
  private final Set<TenantId> suspended = new HashSet<>();
  private final AtomicBoolean isFull = new AtomicBoolean();
  private final Set<FunctionName> crowded = new HashSet<>();
  private final AtomicInteger places = new AtomicInteger(1_000);
  @TempDir private Path directory;
  private LargeBodies bodies;
  private AsyncStore store;
  private AsyncRunner runner;
  private boolean isDeployed = true;
  private int made;
  private int backlog = 1_000;
  private final List<Boolean> ratesDue = new ArrayList<>();
  private int asked;
  private AsyncPolicy policy = POLICY;
  private Limits limits = Limits.DEFAULT;

  @BeforeEach
  void start() {
    bodies = new LargeBodies(database.dataSource(), Optional.empty());
    store = new JdbiAsyncStore(database.dataSource(), bodies);
    runner = runner();
    runner.renew();
  }

  @AfterEach
  void stop() {
    runner.close();
    assertThat(store.account(Optional.empty()).missing()).isZero();
    database.close();
  }

  private AsyncRunner runner() {
    return runner(new BodiesAhead(bodies, Runnable::run));
  }

  private AsyncRunner runner(BodiesAhead ahead) {
    return new AsyncRunner(
        store,
        ahead,
        tenant -> new Backlog(backlog, 1 << 30),
        new JdbiLeases(database.dataSource()),
        new AsyncFunctions() {
          @Override
          public Optional<AsyncFunction> find(VersionRef version) {
            return isDeployed
                ? Optional.of(new AsyncFunction(deployed(version), policy))
                : Optional.empty();
          }

          @Override
          public Optional<AsyncFunction> find(FunctionRef function, String selector) {
            return Optional.empty();
          }

          @Override
          public Optional<AsyncFunction> find(FunctionRef function) {
            return find(new VersionRef(function, 1, ModuleDigest.of(new byte[] {1})));
          }
        },
        workers,
        new Places() {
          @Override
          public boolean isOpen(TenantId tenant) {
            return !suspended.contains(tenant);
          }

          @Override
          public Place enter(FunctionRef function, boolean isRateDue) {
            ratesDue.add(isRateDue);
            asked++;
            if (places.get() == 0) {
              return new Place.Taken(Duration.ofMillis(1), true);
            }
            places.decrementAndGet();
            return (Place.Free) used -> places.incrementAndGet();
          }
        },
        new RunnerConfig(8, Duration.ofSeconds(1)),
        new Pressure() {
          @Override
          public boolean isFull() {
            return isFull.get();
          }

          @Override
          public boolean isCrowded(FunctionVersion version) {
            return crowded.contains(version.function().name());
          }
        },
        Runnable::run,
        Seed.orElse(20261127).random());
  }

  @Test
  void round_whatAnswers_isDone_andItsAnswerKept() {
    String id = accept(ACME, "hello");

    runner.round();
    workers.end(0, answered("world"));
    runner.round();

    assertThat(workers.given.getFirst().invocation().id()).isEqualTo(id);
    assertThat(state(id)).isEqualTo(InvocationState.DONE);
    assertThat(store.result(ACME, id).orElseThrow().body()).asString().isEqualTo("world");
    assertThat(places).hasValue(1_000);
  }

  @Test
  void round_timeout_isTriedAgain_untilItIsDead() {
    String id = accept(ACME, "x");
    for (int attempt = 1; attempt <= 2; attempt++) {
      int begun = attempt;
      Eventually.holds("it is begun", () -> runner.round() & workers.given.size() == begun);
      assertThat(workers.given.getLast().invocation().origin().attempt()).isEqualTo(attempt);
      workers.end(attempt - 1, new Outcome.TimedOut(Duration.ofSeconds(1), USED));
    }
    runner.round();

    InvocationStatus status = store.find(ACME, id).orElseThrow();
    assertThat(status.state()).isEqualTo(InvocationState.DEAD);
    assertThat(status.ending()).isEqualTo("timeout");
    assertThat(status.attempts()).isEqualTo(2);
  }

  @Test
  void round_answer_isWhatTheNextFunctionIsCalledWith_toADepthOfThree() {
    policy = leadsTo("next", "failed");
    accept(ACME, "x");
    for (int depth = 0; depth <= 3; depth++) {
      int begun = depth + 1;
      Eventually.holds("it is begun", () -> runner.round() | workers.given.size() == begun);
      workers.end(
          depth,
          new Outcome.Responded(
              201, Headers.of("content-type", "text/csv"), bytes("answer " + depth), USED));
    }
    runner.round();
    runner.round();

    assertThat(workers.given).as("a caller's own, and three").hasSize(4);
    assertThat(runner.omittedDestinations()).isEqualTo(1);
    Invocation second = workers.given.get(1).invocation();
    assertThat(second.target().function().name().value()).isEqualTo("next");
    HttpCall call = (HttpCall) second.input();
    assertThat(call.body()).asString().isEqualTo("answer 0");
    assertThat(call.headers().first("content-type")).isEqualTo("text/csv");
    assertThat(call.headers().first("leat-source-invocation")).isEqualTo("00000000");
    assertThat(call.headers().first("leat-source-status")).isEqualTo("201");
    assertThat(store.account(Optional.of(ACME)).done()).isEqualTo(4);
  }

  @Test
  void round_answer_ofATenantWithoutRoom_leadsNowhere_andIsCounted() {
    policy = leadsTo("next", "failed");
    accept(ACME, "x");
    accept(ACME, "y");
    backlog = 0;
    runner.round();
    workers.end(0, new Outcome.Responded(200, Headers.NONE, bytes("a"), USED));
    workers.end(1, new Outcome.Trapped("unreachable", USED));
    runner.round();

    assertThat(runner.omittedDestinations()).isEqualTo(2);
    assertThat(store.account(Optional.of(ACME)).queued()).isZero();
  }

  @Test
  void round_whatFollows_takesItsPartOfTheRate_atItsFirstAttempt() {
    policy = leadsTo("next", "failed");
    accept(ACME, "x");
    runner.round();
    workers.end(0, new Outcome.Responded(200, Headers.NONE, bytes("a"), USED));
    Eventually.holds("it is begun", () -> runner.round() | workers.given.size() == 2);

    assertThat(ratesDue).containsExactly(false, true);
  }

  @Test
  void round_failure_isToldToTheOtherFunction() {
    policy = leadsTo("next", "failed");
    String id = accept(ACME, "x");
    runner.round();
    workers.end(0, new Outcome.Trapped("\"quoted\" \u0001", USED));
    Eventually.holds("it is begun", () -> runner.round() | workers.given.size() == 2);

    Invocation told = workers.given.get(1).invocation();
    assertThat(told.target().function().name().value()).isEqualTo("failed");
    assertThat(told.input().body())
        .asString()
        .contains("\"id\":\"" + id + "\"", "\"state\":\"failed\"", "\"ending\":\"trapped\"")
        .contains("\\\"quoted\\\" \\u0001");
  }

  private static AsyncPolicy leadsTo(String onSuccess, String onFailure) {
    return new AsyncPolicy(
        1,
        POLICY.first(),
        POLICY.max(),
        POLICY.maxAge(),
        POLICY.keepResult(),
        Set.of(),
        List.of(),
        Optional.of(new FunctionName(onSuccess)),
        Optional.of(new FunctionName(onFailure)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void round_trap_hasFailedAtOnce() {
    String id = accept(ACME, "x");

    runner.round();
    workers.end(0, new Outcome.Trapped("unreachable", USED));
    runner.round();

    assertThat(state(id)).isEqualTo(InvocationState.FAILED);
  }

  @Test
  void round_overload_usesNoAttempt_andLetsFewerOfItsFunctionRun() {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      all.add(accept(ACME, "x"));
    }
    runner.round();
    assertThat(workers.given).hasSize(6);
    workers.end(0, new Outcome.Overloaded("full", Duration.ofSeconds(1)));
    runner.round();

    assertThat(store.find(ACME, all.getFirst()).orElseThrow().attempts()).isZero();
    assertThat(state(all.getFirst())).isEqualTo(InvocationState.QUEUED);
    runner.round();
    assertThat(workers.given).as("half as many may run, so none begins").hasSize(6);

    accept(OTHER, "x");
    runner.round();
    assertThat(workers.given).as("others are not held up").hasSize(7);
  }

  @Test
  void round_functionWhoseCallsWaitForAnInstance_hasOneAtATime_othersGoOn() {
    crowded.add(new FunctionName("f"));
    for (int i = 0; i < 20; i++) {
      accept(ACME, "x");
    }
    runner.round();
    assertThat(workers.given).as("one, so that nothing stands still").hasSize(1);

    for (int i = 0; i < 6; i++) {
      accept(OTHER, "free", "x");
    }
    runner.round();
    runner.round();

    assertThat(workers.given).hasSize(7);
  }

  @Test
  void round_largeAnswersOfOneTenant_leaveMemoryToOthers() {
    limits = new Limits(1_000, 1 << 20, Duration.ofSeconds(1), 1 << 20, 64 << 20);
    accept(ACME, "x");
    accept(ACME, "x");
    accept(ACME, "x");
    runner.round();
    assertThat(workers.given).as("more than a tenant's share, so alone").hasSize(1);

    limits = Limits.DEFAULT;
    accept(OTHER, "x");
    runner.round();
    assertThat(workers.given).hasSize(2);
  }

  @Test
  void round_oneTenantsLongCalls_leaveRoomForAnothers() {
    for (int i = 0; i < 50; i++) {
      accept(ACME, "long");
    }
    runner.round();
    runner.round();
    assertThat(workers.given).hasSize(6);

    accept(OTHER, "short");
    runner.round();

    assertThat(workers.given).hasSize(7);
    assertThat(workers.given.getLast().invocation().target().function().tenant()).isEqualTo(OTHER);
  }

  @Test
  void round_callsThatWait_goFirst() {
    isFull.set(true);
    for (int i = 0; i < 5; i++) {
      accept(ACME, "x");
    }
    runner.round();
    runner.round();
    assertThat(workers.given).as("one, so that nothing stands still").hasSize(1);

    isFull.set(false);
    runner.round();
    assertThat(workers.given).hasSize(5);
  }

  @Test
  void round_quotaUsedUp_waitsAndUsesNoAttempt() {
    places.set(0);
    String id = accept(ACME, "x");
    runner.round();
    runner.round();
    assertThat(workers.given).isEmpty();
    assertThat(store.find(ACME, id).orElseThrow().attempts()).isZero();

    int before = asked;
    for (int round = 0; round < 50; round++) {
      accept(ACME, "x");
      runner.round();
    }
    assertThat(asked - before).as("the quota is not asked for each of them").isLessThan(10);

    places.set(1);
    Eventually.holds("it is begun", () -> runner.round() & workers.given.size() == 1);
  }

  @Test
  void round_suspendedTenant_waits() {
    suspended.add(ACME);
    String id = accept(ACME, "x");
    runner.round();
    assertThat(state(id)).isEqualTo(InvocationState.QUEUED);

    suspended.clear();
    runner.round();
    assertThat(workers.given).hasSize(1);
  }

  @Test
  void round_deletedVersion_hasFailed() {
    isDeployed = false;
    String id = accept(ACME, "x");
    runner.round();
    runner.round();

    assertThat(state(id)).isEqualTo(InvocationState.FAILED);
    assertThat(workers.given).isEmpty();
  }

  @Test
  void round_largeBody_isRead() {
    accept(ACME, "x".repeat(100_000));
    runner.round();

    assertThat(workers.given.getFirst().invocation().input().body()).hasSize(100_000);
  }

  @Test
  void largeAnswer_isKeptAhead_andOthersBeginMeanwhile() {
    FileBlobs files = new FileBlobs(directory);
    files.start();
    LargeBodies inFiles = new LargeBodies(database.dataSource(), Optional.of(files));
    Queue<Runnable> waiting = new ArrayDeque<>();
    try (AsyncRunner with = runner(new BodiesAhead(inFiles, waiting::add))) {
      runner.close();
      with.renew();
      String id = accept(ACME, "x");
      with.round();
      workers.end(0, answered("y".repeat(100_000)));
      for (int i = 0; i < 6; i++) {
        accept(ACME, "x");
      }
      with.round();
      assertThat(workers.given).as("it is in nobody's way").hasSize(7);
      assertThat(state(id)).isEqualTo(InvocationState.RUNNING);

      waiting.remove().run();
      with.round();

      assertThat(state(id)).isEqualTo(InvocationState.DONE);
      assertThat(
              new JdbiAsyncStore(database.dataSource(), inFiles)
                  .result(ACME, id)
                  .orElseThrow()
                  .body())
          .hasSize(100_000);
      assertThat(directory).isNotEmptyDirectory();
    }
  }

  /** What was answered is not begun again for a large answer's sake. */
  @Test
  void close_whileALargeAnswerIsOnItsWay_writesIt() {
    FileBlobs files = new FileBlobs(directory);
    files.start();
    LargeBodies inFiles = new LargeBodies(database.dataSource(), Optional.of(files));
    Queue<Runnable> waiting = new ArrayDeque<>();
    String id;
    try (AsyncRunner with = runner(new BodiesAhead(inFiles, waiting::add))) {
      runner.close();
      with.start();
      with.renew();
      id = accept(ACME, "x");
      with.wake();
      Eventually.holds("it has begun", () -> workers.given.size() == 1);
      workers.end(0, answered("y".repeat(100_000)));
    }

    assertThat(state(id)).isEqualTo(InvocationState.DONE);
    assertThat(store.result(ACME, id).orElseThrow().body()).hasSize(100_000);
    while (!waiting.isEmpty()) { // it was kept after all
      waiting.remove().run();
    }
    assertThat(inFiles.remove(10)).isEqualTo(1);
  }

  @Test
  void round_bodyThatIsLost_isADeadLetter_andNotTriedAgain() throws IOException {
    FileBlobs files = new FileBlobs(directory);
    files.start();
    LargeBodies inFiles = new LargeBodies(database.dataSource(), Optional.of(files));
    String id = accept(ACME, "x".repeat(100_000), inFiles);
    try (Stream<Path> all = Files.walk(directory)) {
      Files.delete(all.filter(Files::isRegularFile).findFirst().orElseThrow());
    }
    runner.close();
    store = new JdbiAsyncStore(database.dataSource(), inFiles);
    runner = runner();
    runner.renew();
    runner.round();
    runner.round();

    assertThat(workers.given).isEmpty();
    assertThat(state(id)).isEqualTo(InvocationState.FAILED);
    assertThat(store.find(ACME, id).orElseThrow().ending()).isEqualTo("body-lost");
  }

  @Test
  void cancelled_elsewhere_endsItHere() {
    String id = accept(ACME, "x");
    runner.round();
    store.cancel(ACME, id);
    Eventually.holds(
        "its node has heard of it",
        () -> {
          runner.round();
          return workers.given.getFirst().invocation().cancellation().isCancelled();
        });
    workers.end(0, new Outcome.Cancelled(USED));
    runner.round();

    assertThat(state(id)).isEqualTo(InvocationState.CANCELLED);
  }

  @Test
  void lostNode_anotherRunsWhatItHad_andItsOwnEndCounts() {
    String id = accept(ACME, "x");
    runner.round();
    runner.round();
    Workers.Given paused = workers.given.getFirst();
    database.execute("UPDATE leases SET held_until = CURRENT_TIMESTAMP - INTERVAL '1' SECOND");
    try (AsyncRunner another = runner()) {
      another.renew();
      Eventually.holds("it is begun anew", () -> another.round() & workers.given.size() == 2);
      runner.renew();
      assertThat(paused.callback().begins()).as("begins after its lease was lost").isFalse();
      assertThat(workers.given.getLast().callback().begins()).isTrue();
      workers.end(0, answered("late"));
      runner.round();
      assertThat(state(id)).isEqualTo(InvocationState.RUNNING);

      workers.end(1, answered("in time"));
      another.round();
    }
    assertThat(store.result(ACME, id).orElseThrow().body()).asString().isEqualTo("in time");
    assertThat(store.find(ACME, id).orElseThrow().attempts()).isEqualTo(2);
  }

  @Test
  void lostNode_whatItHadNotBegun_hasUsedNoAttempt() {
    policy =
        new AsyncPolicy(
            1, POLICY.first(), POLICY.max(), POLICY.maxAge(), POLICY.keepResult(), Set.of());
    crowded.add(new FunctionName("f"));
    String begun = accept(ACME, "x");
    String ahead = accept(ACME, "x");
    runner.round();
    runner.round();
    assertThat(workers.given).hasSize(1);
    database.execute("UPDATE leases SET held_until = CURRENT_TIMESTAMP - INTERVAL '1' SECOND");
    try (AsyncRunner another = runner()) {
      another.renew();
      Eventually.holds(
          "the lost one's are settled or begun",
          () -> another.round() | state(begun) == InvocationState.DEAD & workers.given.size() == 2);
      assertThat(workers.given.getLast().invocation().id()).isEqualTo(ahead);
      workers.end(1, answered("in time"));
      another.round();
    }
    assertThat(state(ahead)).isEqualTo(InvocationState.DONE);
    assertThat(store.find(ACME, begun).orElseThrow().attempts()).isEqualTo(1);
  }

  @Test
  void lostNodes_untilAllAttemptsAreUsed_itIsDead() {
    String id = accept(ACME, "x");
    for (int lost = 0; lost < 2; lost++) {
      runner.round();
      runner.round();
      runner.close();
      runner = runner();
      runner.renew();
    }
    runner.round();
    runner.round();

    InvocationStatus status = store.find(ACME, id).orElseThrow();
    assertThat(status.state()).isEqualTo(InvocationState.DEAD);
    assertThat(status.ending()).isEqualTo("worker-lost");
  }

  private InvocationState state(String id) {
    return store.find(ACME, id).orElseThrow().state();
  }

  private String accept(TenantId tenant, String body, LargeBodies in) {
    byte[] bytes = body.getBytes(UTF_8);
    return accept(tenant, "f", bytes, Optional.of(in.keep(tenant, bytes)));
  }

  private String accept(TenantId tenant, String body) {
    return accept(tenant, "f", body);
  }

  private String accept(TenantId tenant, String function, String body) {
    return accept(tenant, function, body.getBytes(UTF_8), Optional.empty());
  }

  private String accept(TenantId tenant, String function, byte[] body, Optional<String> kept) {
    String id = "%08d".formatted(made++);
    VersionRef version =
        new VersionRef(
            new FunctionRef(tenant, new FunctionName(function)),
            1,
            ModuleDigest.of(new byte[] {1}));
    store.accept(
        List.of(
            new NewInvocation(
                id,
                version,
                new HttpCall("POST", "", null, Headers.NONE, body),
                Origin.ANONYMOUS,
                Duration.ofHours(1),
                Optional.empty(),
                Optional.empty(),
                0,
                kept)),
        it -> new Backlog(1_000, 1 << 30));
    return id;
  }

  private FunctionVersion deployed(VersionRef version) {
    return new FunctionVersion(
        version.function(),
        version.number(),
        version.module(),
        GuestContract.HANDLER,
        limits,
        InstancePolicy.DEFAULT,
        Grants.NONE,
        "{}");
  }

  private static Outcome answered(String body) {
    return new Outcome.Responded(200, Headers.NONE, body.getBytes(UTF_8), USED);
  }

  /** Keeps what it is given, until a test ends it. */
  private static final class Workers implements Invoker {
    final List<Given> given = new CopyOnWriteArrayList<>();

    record Given(Invocation invocation, Callback callback) {}

    @Override
    public void invoke(Invocation invocation, Callback callback) {
      given.add(new Given(invocation, callback));
    }

    void end(int number, Outcome outcome) {
      given.get(number).callback().ended(outcome);
    }
  }
}
