package dev.leat.worker;

import static dev.leat.worker.TestWorker.body;
import static dev.leat.worker.TestWorker.ending;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Invocation;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.engine.CompilerBusy;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.Seed;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class WorkerTest {
  private TestWorker worker = new TestWorker();

  @AfterEach
  void everyInvocationIsOver() {
    worker.close();
    assertThat(worker.worker.runningInvocations()).isZero();
  }

  private void sized(int threads, int perTenant, int queued, int waiters, Duration waitMax) {
    worker.close();
    worker =
        new TestWorker(
            new WorkerConfig(threads, 0, perTenant, threads, queued, waiters, waitMax, 64 << 20));
  }

  private static WasmBuilder guest(WasmCode handle) {
    return new WasmBuilder()
        .memory(1)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(64))
        .export("handle", "(i32,i32)->i64", handle);
  }

  private static WasmBuilder good() {
    return guest(new WasmCode().i64Const(8L << 32 | 2)).data(8, "ok");
  }

  private static WasmBuilder endless() {
    return guest(new WasmCode().loop().br(0).end().i64Const(0));
  }

  @Test
  void noRoomToCompile_isOverload() {
    TestWorker busy =
        new TestWorker((tenant, digest, module) -> {
          throw new CompilerBusy("the node is compiling other modules");
        });
    try (busy) {
      assertThat(busy.invoke(TestFunction.handler(good()), ""))
          .isInstanceOfSatisfying(
              Outcome.Overloaded.class,
              overloaded -> assertThat(overloaded.reason()).contains("compiling other modules"));
    }
  }

  @Test
  void deepRecursion_isStackExhaustedAndTheNextCallWorks() {
    FunctionVersion version =
        worker.publish(
            TestFunction.handler(
                guest(
                        new WasmCode()
                            .localGet(1)
                            .ifTrue()
                            .localGet(0)
                            .localGet(1)
                            .call(1)
                            .drop()
                            .end()
                            .i64Const(8L << 32 | 2))
                    .data(8, "ok")));

    assertThat(worker.invoke(version, new byte[] {1})).isInstanceOf(Outcome.StackExhausted.class);
    assertThat(body(worker.invoke(version, new byte[0]))).isEqualTo("ok");
  }

  @Test
  void moduleWhoseStoreIsAway_isTriedAgainLater() {
    FunctionVersion version = worker.publish(TestFunction.handler(good()));
    worker.storeIsAway = true;

    assertThat(worker.invoke(version, new byte[0])).isInstanceOf(Outcome.StoreUnavailable.class);
    assertThat(worker.worker.attempt(version, new Cancellation())).isInstanceOf(Trial.Busy.class);

    worker.storeIsAway = false;
    Eventually.holds( // the cache forgets it a moment after the call was told
        "it is loaded", () -> worker.invoke(version, new byte[0]) instanceof Outcome.Responded);
  }

  @Test
  void missingModule_isUnrunnableAndSaysNothingOfTheStore() {
    FunctionVersion version = TestFunction.handler(good()).version();

    assertThat(worker.invoke(version, new byte[0]))
        .isInstanceOfSatisfying(
            Outcome.Unrunnable.class,
            unrunnable -> assertThat(unrunnable.reason()).isEqualTo("Its module cannot be loaded"));
    worker.modules.put(version.module(), good().build());
    Eventually.holds( // the cache forgets it a moment after the call was told
        "it is looked for again",
        () -> worker.invoke(version, new byte[0]) instanceof Outcome.Responded);
  }

  @Test
  void alteredModule_isNotRun() {
    FunctionVersion version = TestFunction.handler(good()).version();
    worker.modules.put(version.module(), endless().build());

    assertThat(worker.invoke(version, new byte[0]))
        .isInstanceOfSatisfying(
            Outcome.Tampered.class,
            tampered -> assertThat(tampered.reason()).contains("were changed"));
  }

  @Test
  void manyCallsOfAMissingModule_allEnd() {
    FunctionVersion version = TestFunction.handler(good()).instances(0, 1, Reuse.RESET).version();
    List<CompletableFuture<Outcome>> calls = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      calls.add(worker.start(version, new Cancellation()));
    }

    assertThat(calls)
        .allSatisfy(call -> assertThat(ending(call)).isInstanceOf(Outcome.Unrunnable.class));
  }

  @Test
  void acquire_isColdThenReset_andWarmAfterPrewarm() {
    FunctionVersion version = worker.publish(TestFunction.handler(good()));
    assertThat(worker.invoke(version, new byte[0]).usage().acquire()).isEqualTo(Usage.Acquire.COLD);
    assertThat(worker.invoke(version, new byte[0]).usage().acquire())
        .isEqualTo(Usage.Acquire.RESET);

    FunctionVersion next =
        worker.publish(TestFunction.handler(good()).version(2).instances(2, 3, Reuse.RESET));
    worker.worker.prewarm(next).join();

    assertThat(worker.worker.idleInstances()).isEqualTo(3);
    assertThat(worker.invoke(next, new byte[0]).usage().acquire()).isEqualTo(Usage.Acquire.WARM);
  }

  @Test
  void deleted_version_holdsNothingMore() {
    FunctionVersion version =
        worker.publish(TestFunction.handler(good()).instances(3, 3, Reuse.RESET));
    worker.worker.prewarm(version).join();
    assertThat(worker.worker.idleInstances()).isEqualTo(3);

    worker.worker.deleted(version);

    assertThat(worker.worker.idleInstances()).isZero();
    assertThat(worker.heap.heldBytes()).isZero();
  }

  @Test
  void prewarm_ofWhatCannotRun_fails() {
    assertThatThrownBy(() -> worker.worker.prewarm(TestFunction.handler(good()).version()).join())
        .hasMessageContaining("no such blob");

    WasmBuilder refusing = good().export("init", "(i32,i32)->i32", new WasmCode().i32Const(0));
    FunctionVersion version = worker.publish(TestFunction.handler(refusing));
    assertThatThrownBy(() -> worker.worker.prewarm(version).join())
        .hasMessageContaining("init refused");
  }

  @Test
  void prewarm_ofHostileInits_leavesTheCompilersFree() {
    WasmBuilder hostile =
        good().export("init", "(i32,i32)->i32", new WasmCode().loop().br(0).end().i32Const(1));
    List<CompletableFuture<Void>> warming = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      warming.add(
          worker.worker.prewarm(
              worker.publish(
                  TestFunction.handler(hostile)
                      .tenant("hostile")
                      .version(i)
                      .timeout(Duration.ofMinutes(5)))));
    }

    assertThat(body(worker.invoke(TestFunction.handler(good()), ""))).isEqualTo("ok");

    assertThat(warming).anyMatch(warm -> !warm.isDone());
  }

  /** Calls itself as often as the body's first number says, then loops as often as the second. */
  private static WasmBuilder deepThenBusy() {
    return guest(
            new WasmCode()
                .localGet(0)
                .i32Load(0)
                .localGet(0)
                .i32Load(4)
                .call(2)
                .i64Const(8L << 32 | 2))
        .function(
            "(i32,i32)->",
            new WasmCode()
                .localGet(0)
                .ifTrue()
                .localGet(0)
                .i32Const(1)
                .i32Sub()
                .localGet(1)
                .call(2)
                .otherwise()
                .loop()
                .localGet(1)
                .i32Const(1)
                .i32Sub()
                .localTee(1)
                .brIf(0)
                .end()
                .end())
        .data(8, "ok");
  }

  @Test
  void pausesAtTheStacksEnd_leaveNoLockBehind() {
    FunctionVersion deep = worker.publish(TestFunction.handler(deepThenBusy()));
    Random random = Seed.orElse(7).random();
    int depth = 1_000;
    int exhausted = 0;
    for (int i = 0; i < 2_000; i++) {
      // Around the depth that just about goes, wherever it is as the JVM compiles more.
      int frames = Math.max(1, depth + random.nextInt(-200, 200));
      byte[] body =
          ByteBuffer.allocate(8)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(frames)
              .putInt(random.nextBoolean() ? 200_000 : 1_000_000)
              .array();
      Outcome outcome = worker.invoke(deep, body);
      if (outcome instanceof Outcome.StackExhausted) {
        exhausted++;
        depth -= depth / 200;
      } else {
        assertThat(body(outcome)).isEqualTo("ok");
        depth += depth / 200;
      }
    }

    assertThat(exhausted).isGreaterThan(100);
    assertThat(body(worker.invoke(TestFunction.handler(good()), ""))).isEqualTo("ok");
    assertThat(worker.worker.waitingInvocations()).isZero();
  }

  @Test
  void endlessLoop_timesOut_andTheThreadIsFree() {
    sized(1, 1, 10, 10, Duration.ofSeconds(20));
    TestFunction endless = TestFunction.handler(endless()).timeout(Duration.ofMillis(100));

    Outcome ended = worker.invoke(endless, "");

    assertThat(ended).isInstanceOf(Outcome.TimedOut.class);
    assertThat(ended.usage().cpuNanos())
        .as("it had the processor, but for what others took of it")
        .isBetween(1_000_000L, Duration.ofSeconds(2).toNanos());
    assertThat(body(worker.invoke(TestFunction.handler(good()), ""))).isEqualTo("ok");
  }

  @Test
  void deadline_thatHasPassed_isOverload_andNothingRuns() {
    FunctionVersion version = worker.publish(TestFunction.handler(good()));

    assertThat(ending(worker.startWithin(Duration.ofNanos(-1), version)))
        .isInstanceOf(Outcome.Overloaded.class);

    assertThat(worker.executions).isEmpty();
    assertThat(worker.worker.idleInstances()).isZero();
  }

  @Test
  void deadline_beforeTheTimeout_endsTheGuest() {
    FunctionVersion endless =
        worker.publish(TestFunction.handler(endless()).timeout(Duration.ofMinutes(1)));

    assertThat(begunWithin(Duration.ofMillis(200), endless))
        .isInstanceOfSatisfying(
            Outcome.TimedOut.class,
            timedOut -> assertThat(timedOut.limit()).isLessThanOrEqualTo(Duration.ofMillis(200)));
  }

  @Test
  void deadline_afterTheTimeout_leavesItAsItIs() {
    FunctionVersion endless =
        worker.publish(TestFunction.handler(endless()).timeout(Duration.ofMillis(100)));

    assertThat(ending(worker.startWithin(Duration.ofMinutes(1), endless)))
        .isInstanceOfSatisfying(
            Outcome.TimedOut.class,
            timedOut -> assertThat(timedOut.limit()).isEqualTo(Duration.ofMillis(100)));
  }

  @Test
  void deadline_whileInitialising_isATimeout() {
    WasmBuilder slow =
        good().export("init", "(i32,i32)->i32", new WasmCode().loop().br(0).end().i32Const(1));
    FunctionVersion version =
        worker.publish(TestFunction.handler(slow).timeout(Duration.ofMinutes(1)));

    assertThat(begunWithin(Duration.ofMillis(200), version)).isInstanceOf(Outcome.TimedOut.class);
  }

  /** Calls it again where its time was over before it began. */
  private Outcome begunWithin(Duration time, FunctionVersion version) {
    Outcome outcome;
    do {
      outcome = ending(worker.startWithin(time, version));
    } while (outcome instanceof Outcome.Overloaded);
    return outcome;
  }

  @Test
  void cancelled_whileRunningAndWhileQueued_ends() {
    sized(1, 1, 10, 10, Duration.ofSeconds(20));
    FunctionVersion endless =
        worker.publish(TestFunction.handler(endless()).timeout(Duration.ofMinutes(1)));
    Cancellation running = new Cancellation();
    Cancellation queued = new Cancellation();
    CompletableFuture<Outcome> first = worker.start(endless, running);
    CompletableFuture<Outcome> second =
        worker.start(worker.publish(TestFunction.handler(good())), queued);

    queued.cancel();
    running.cancel();

    assertThat(ending(first)).isInstanceOf(Outcome.Cancelled.class);
    assertThat(ending(second)).isEqualTo(new Outcome.Cancelled(Usage.NONE));
  }

  @Test
  void cancelled_whileInitialising_ends() {
    WasmBuilder slow =
        good().export("init", "(i32,i32)->i32", new WasmCode().loop().br(0).end().i32Const(1));
    Cancellation cancellation = new Cancellation();
    CompletableFuture<Outcome> call =
        worker.start(
            worker.publish(TestFunction.handler(slow).timeout(Duration.ofMinutes(1))),
            cancellation);
    Eventually.holds("it runs", () -> worker.worker.runningInvocations() == 1);

    cancellation.cancel();

    assertThat(ending(call)).isInstanceOf(Outcome.Cancelled.class);
  }

  @Test
  void moreThanMayWait_isOverloaded() {
    sized(2, 2, 100, 3, Duration.ofSeconds(20));
    FunctionVersion endless =
        worker.publish(
            TestFunction.handler(endless())
                .timeout(Duration.ofMinutes(1))
                .instances(0, 1, Reuse.RESET));
    Cancellation cancellation = new Cancellation();
    List<CompletableFuture<Outcome>> calls = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      calls.add(worker.start(endless, cancellation));
    }

    assertThat(ending(calls.get(4))).isInstanceOf(Outcome.Overloaded.class);
    assertThat(calls.subList(0, 4)).noneMatch(CompletableFuture::isDone);

    cancellation.cancel();
    assertThat(calls.subList(0, 4))
        .allSatisfy(call -> assertThat(ending(call)).isInstanceOf(Outcome.Cancelled.class));
  }

  @Test
  void moreThanTheTenantMayQueue_isOverloadedAndTheWaitingToo() {
    sized(1, 1, 1, 10, Duration.ofSeconds(20));
    Cancellation cancellation = new Cancellation();
    FunctionVersion endless =
        worker.publish(TestFunction.handler(endless()).timeout(Duration.ofMinutes(1)));
    worker.worker.prewarm(worker.publish(TestFunction.handler(good()))).join();
    worker.worker.prewarm(endless).join();
    CompletableFuture<Outcome> running = worker.start(endless, cancellation);
    Eventually.holds("it runs", () -> worker.worker.idleInstances() == 1);
    List<CompletableFuture<Outcome>> calls = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      calls.add(worker.start(TestFunction.handler(good()).version(), cancellation));
    }

    Eventually.holds(
        "most have no place",
        () ->
            calls.stream()
                    .filter(CompletableFuture::isDone)
                    .filter(call -> ending(call) instanceof Outcome.Overloaded)
                    .count()
                >= 3);
    cancellation.cancel();
    assertThat(ending(running)).isInstanceOf(Outcome.Cancelled.class);
    calls.forEach(TestWorker::ending);
  }

  @Test
  void tenantsThatSpin_keepNoOtherFromHavingACallBegun() {
    worker.close();
    worker =
        new TestWorker(new WorkerConfig(8, 40, 6, 1, 100, 100, Duration.ofSeconds(20), 64 << 20));
    Cancellation cancellation = new Cancellation();
    List<CompletableFuture<Outcome>> spinning = new ArrayList<>();
    TestFunction endless = TestFunction.handler(endless()).timeout(Duration.ofMinutes(5));
    for (int i = 0; i < 30; i++) {
      FunctionVersion version = worker.publish(endless.tenant("spinning-" + i));
      for (int call = 0; call < 6; call++) {
        spinning.add(worker.start(version, cancellation));
      }
    }

    for (int i = 0; i < 5; i++) {
      assertThat(body(worker.invoke(TestFunction.handler(good()).tenant("modest"), "")))
          .isEqualTo("ok");
    }

    cancellation.cancel();
    spinning.forEach(TestWorker::ending);
  }

  @Test
  void listenerThatThrows_leaksNothing() {
    FunctionVersion version =
        worker.publish(TestFunction.handler(good()).instances(0, 1, Reuse.RESET));
    AtomicInteger ended = new AtomicInteger();
    HttpCall call = new HttpCall("GET", "", null, Headers.NONE, new byte[0]);
    for (int i = 0; i < 5; i++) {
      worker.worker.invoke(
          new Invocation("r", version, call, new Cancellation()),
          outcome -> {
            ended.incrementAndGet();
            throw new IllegalStateException("the client is gone");
          });
    }

    Eventually.holds("all ended", () -> ended.get() == 5);
    assertThat(body(worker.invoke(version, new byte[0]))).isEqualTo("ok");
  }

  @Test
  void close_withCallsInFlight_endsEachOfThem() {
    FunctionVersion endless =
        worker.publish(
            TestFunction.handler(endless())
                .timeout(Duration.ofMillis(500))
                .instances(0, 2, Reuse.RESET));
    List<CompletableFuture<Outcome>> calls = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      calls.add(worker.start(endless, new Cancellation()));
    }

    worker.close();

    assertThat(calls)
        .allSatisfy(call ->
            assertThat(ending(call))
                .isInstanceOfAny(Outcome.TimedOut.class, Outcome.Overloaded.class));
    assertThat(ending(worker.start(endless, new Cancellation())))
        .isInstanceOf(Outcome.Overloaded.class);
  }

  /** 300 callers of a function that can serve a few at once, each calling again at once. */
  @Test
  void moreThanItCanServe_standingQueueIsRefused_andServedOnesGoOn() throws Exception {
    sized(4, 3, 1_000, 1_000, Duration.ofSeconds(60));
    WasmCode busy =
        new WasmCode()
            .i32Const(3_000_000)
            .localTee(1)
            .drop()
            .loop()
            .localGet(1)
            .i32Const(1)
            .i32Sub()
            .localTee(1)
            .brIf(0)
            .end()
            .i64Const(8L << 32 | 2);
    FunctionVersion version =
        worker.publish(
            TestFunction.handler(guest(busy).data(8, "ok")).instances(0, 8, Reuse.RESET));
    Semaphore callers = new Semaphore(300);
    List<CompletableFuture<Outcome>> calls = new ArrayList<>();
    AtomicInteger refused = new AtomicInteger();
    while (refused.get() < 100) {
      assertThat(callers.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Outcome> call = worker.start(version, new Cancellation());
      calls.add(
          call.whenComplete((outcome, failure) -> {
            if (outcome instanceof Outcome.Overloaded(String reason, Duration _)) {
              assertThat(reason).contains("more come than it can serve");
              refused.incrementAndGet();
            }
            callers.release();
          }));
    }

    List<Outcome> outcomes = calls.stream().map(TestWorker::ending).toList();

    assertThat(outcomes)
        .allMatch(each -> each instanceof Outcome.Responded || each instanceof Outcome.Overloaded);
    Eventually.holds("none runs", () -> worker.worker.runningInvocations() == 0);
    assertThat(worker.worker.waitingInvocations()).isZero();
    assertThat(body(worker.invoke(version, new byte[0]))).isEqualTo("ok");
  }

  @Test
  void aThousandMixedCalls_allEndAndLeaveNothing() {
    Seed seed = Seed.orElse(99);
    Random random = seed.random();
    List<FunctionVersion> versions = new ArrayList<>();
    List<WasmBuilder> guests =
        List.of(
            good(),
            guest(new WasmCode().unreachable().i64Const(0)),
            endless(),
            guest(new WasmCode().i64Const(-1)),
            guest(new WasmCode().i64Const(-2)),
            guest(new WasmCode().localGet(0).localGet(1).call(1)),
            guest(new WasmCode().i32Const(99_999).memoryGrow().drop().unreachable().i64Const(0)),
            good().export("init", "(i32,i32)->i32", new WasmCode().i32Const(0)),
            new WasmBuilder().memory(1));
    for (int i = 0; i < guests.size(); i++) {
      for (Reuse reuse : Reuse.values()) {
        versions.add(
            worker.publish(
                TestFunction.handler(guests.get(i))
                    .tenant("tenant-" + i % 3)
                    .version(10 * i + reuse.ordinal() + 1)
                    .fuel(2_000_000)
                    .instances(0, 1 + i % 3, reuse)));
      }
    }
    versions.add(TestFunction.handler(good().custom("x", new byte[1])).version(500).version());
    List<CompletableFuture<Outcome>> calls = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      Cancellation cancellation = new Cancellation();
      calls.add(worker.start(versions.get(random.nextInt(versions.size())), cancellation));
      if (random.nextInt(10) == 0) {
        cancellation.cancel();
      }
    }

    calls.forEach(TestWorker::ending);

    Eventually.holds("none runs", () -> worker.worker.runningInvocations() == 0);
    assertThat(calls)
        .as(seed.toString())
        .extracting(call -> ending(call).word())
        .contains("responded", "trapped", "fuel-exhausted", "failed", "unrunnable");
    assertThat(body(worker.invoke(TestFunction.handler(good()), ""))).isEqualTo("ok");
  }
}
