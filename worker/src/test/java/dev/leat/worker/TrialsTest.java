package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage.Acquire;
import dev.leat.engine.GuestHeap;
import dev.leat.engine.GuestStopped;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bringing a version up before it is deployed. */
@Timeout(60)
final class TrialsTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private TestWorker worker = new TestWorker();

  @AfterEach
  void stop() {
    worker.close();
  }

  private static WasmBuilder guest() {
    return new WasmBuilder()
        .memory(1)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(64))
        .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(8L << 32 | 2))
        .data(8, "ok");
  }

  private static TestFunction quick() {
    return TestFunction.handler(guest());
  }

  private static TestFunction initialising(WasmCode init) {
    return TestFunction.handler(guest().export("init", "(i32,i32)->i32", init));
  }

  /** A function whose instances never come up, and may try for longer than the test runs. */
  private static TestFunction endless() {
    return initialising(new WasmCode().loop().br(0).end().i32Const(1))
        .fuel(Long.MAX_VALUE)
        .timeout(LONG);
  }

  private Trial attempt(TestFunction function) {
    return worker.worker.attempt(worker.publish(function), new Cancellation());
  }

  private CompletableFuture<Trial> begin(TestFunction function, Cancellation cancellation) {
    FunctionVersion version = worker.publish(function);
    return CompletableFuture.supplyAsync(
        () -> worker.worker.attempt(version, cancellation), task -> Thread.ofVirtual().start(task));
  }

  private static Trial ending(CompletableFuture<Trial> trial) {
    return trial.orTimeout(30, TimeUnit.SECONDS).join();
  }

  @Test
  void keep_ofAnInstanceThatCameUp_servesTheFirstCall() {
    Trial trial = attempt(quick());

    assertThat(worker.worker.idleInstances()).as("nobody's yet").isZero();
    try (Trial.CameUp cameUp = (Trial.CameUp) trial) {
      cameUp.keep();
    }

    assertThat(worker.worker.idleInstances()).isEqualTo(1);
    assertThat(worker.worker.preparation().instances()).isEqualTo(1);
    assertThat(worker.invoke(quick(), "").usage().acquire()).isEqualTo(Acquire.WARM);
  }

  @Test
  void close_ofAnInstanceThatWasNotKept_givesItsMemoryBack() {
    worker.close();
    GuestHeap heap = new GuestHeap(64 << 20);
    worker = new TestWorker(new WorkerConfig(4, 4, 3, 2, 100, 100, LONG, 64 << 20), heap);

    ((Trial.CameUp) attempt(quick())).close();

    assertThat(worker.worker.idleInstances()).isZero();
    assertThat(heap.heldBytes()).isZero();
  }

  @Test
  void attempt_initRefusesOrTraps_saysSo() {
    assertThat(attempt(initialising(new WasmCode().i32Const(0))))
        .isEqualTo(
            new Trial.Stopped(GuestStopped.Reason.TRAPPED, "init refused its configuration"));
    assertThat(attempt(initialising(new WasmCode().unreachable())))
        .isInstanceOfSatisfying(
            Trial.Stopped.class,
            stopped -> assertThat(stopped.reason()).isEqualTo(GuestStopped.Reason.TRAPPED));
  }

  @Test
  void attempt_initNeverEnds_isStoppedByItsFuel() {
    assertThat(attempt(endless().fuel(1_000_000)))
        .isInstanceOfSatisfying(
            Trial.Stopped.class,
            stopped -> assertThat(stopped.reason()).isEqualTo(GuestStopped.Reason.FUEL_EXHAUSTED));
    assertThat(worker.worker.preparation().fuel()).isGreaterThanOrEqualTo(1_000_000);
  }

  @Test
  void attempt_initNeverEnds_isStoppedByItsTimeout() {
    Trial trial = attempt(endless().timeout(Duration.ofMillis(100)));

    // On a machine that is busy otherwise the fault may be the node's.
    assertThat(trial).isInstanceOfAny(Trial.Stopped.class, Trial.Busy.class);
  }

  /** However busy the machine is: what it sleeps is its own choice. */
  @Test
  void attempt_initSleepsPastItsTimeout_isItsOwnFault() {
    WasmBuilder guest =
        WasiGuestTest.importing("poll_oneoff")
            .export("allocate", "(i32)->i32", new WasmCode().i32Const(64))
            .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(0))
            .export("init", "(i32,i32)->i32", WasiGuestTest.sleep().i32Const(1));

    Trial trial =
        attempt(TestFunction.handler(guest).fuel(Long.MAX_VALUE).timeout(Duration.ofMillis(300)));

    assertThat(trial)
        .isEqualTo(
            new Trial.Stopped(GuestStopped.Reason.DEADLINE_PASSED, "The time limit was reached"));
  }

  @Test
  void cancel_endsIt_andLetsTheNextBegin() {
    Cancellation cancellation = new Cancellation();
    CompletableFuture<Trial> first = begin(endless(), cancellation);
    Eventually.holds("it runs", () -> worker.worker.trialsUnderWay() == 1);
    CompletableFuture<Trial> second = begin(quick().version(2), new Cancellation());

    cancellation.cancel();

    assertThat(ending(first)).isEqualTo(new Trial.Busy("nobody waits for it any more"));
    ((Trial.CameUp) ending(second)).close();
    assertThat(worker.worker.trialsUnderWay()).isZero();
  }

  @Test
  void leave_endsTheTenantsTrial_andNoOther() {
    CompletableFuture<Trial> first = begin(endless(), new Cancellation());
    Cancellation others = new Cancellation();
    CompletableFuture<Trial> other = begin(endless().tenant("other"), others);
    Eventually.holds("both run", () -> worker.worker.trialsUnderWay() == 2);

    worker.worker.leave(new TenantId("acme"));

    assertThat(ending(first)).isInstanceOf(Trial.Busy.class);
    assertThat(other).isNotDone();
    others.cancel();
    assertThat(ending(other)).isInstanceOf(Trial.Busy.class);
  }

  @Test
  void attempts_ofOneTenant_takeOneThread_andCallsOfOthersGoOn() {
    worker.close();
    worker = new TestWorker(new WorkerConfig(2, 0, 2, 1, 100, 100, LONG, 64 << 20));
    Cancellation cancellation = new Cancellation();
    for (int i = 1; i <= 4; i++) {
      var unused = begin(endless().version(i), cancellation);
    }
    Eventually.holds("one runs", () -> worker.worker.trialsUnderWay() == 1);

    for (int i = 0; i < 10; i++) {
      assertThat(worker.invoke(quick().tenant("other"), "")).isInstanceOf(Outcome.Responded.class);
      assertThat(worker.invoke(quick().version(9), "")).isInstanceOf(Outcome.Responded.class);
    }
    assertThat(worker.worker.trialsUnderWay()).isEqualTo(1);
    cancellation.cancel();
  }

  @Test
  void close_endsThoseUnderWayAndThoseThatWait() {
    CompletableFuture<Trial> first = begin(endless(), new Cancellation());
    Eventually.holds("it runs", () -> worker.worker.trialsUnderWay() == 1);
    CompletableFuture<Trial> waiting = begin(quick().version(2), new Cancellation());

    worker.close();

    assertThat(ending(first)).isInstanceOf(Trial.Busy.class);
    assertThat(ending(waiting)).isInstanceOf(Trial.Busy.class);
    assertThat(attempt(quick())).isEqualTo(new Trial.Busy("this node is stopping"));
  }

  @Test
  void attempt_noMemoryLeftForGuests_isBusy() {
    worker.close();
    worker =
        new TestWorker(
            new WorkerConfig(4, 4, 3, 2, 100, 100, LONG, 64 << 20), new GuestHeap(1_000));

    assertThat(attempt(quick())).isInstanceOf(Trial.Busy.class);
  }

  @Test
  void keep_ofAVersionThatEqualsADeletedOne_isWarmForItsCalls() {
    TestFunction function = quick().instances(0, 2, Reuse.RESET);
    FunctionVersion first = worker.publish(function);
    worker.worker.prewarm(first).join();
    worker.worker.deleted(first);
    assertThat(worker.worker.idleInstances()).isZero();

    try (Trial.CameUp cameUp = (Trial.CameUp) attempt(function)) {
      cameUp.keep();
    }
    worker.worker.prewarm(worker.publish(function)).join();

    assertThat(worker.invoke(function, "").usage().acquire()).isEqualTo(Acquire.WARM);
    Eventually.holds("it is put back", () -> worker.worker.idleInstances() == 1);
    assertThat(worker.invoke(function, "").usage().acquire()).isEqualTo(Acquire.RESET);
  }

  @Test
  void prewarm_ofAVersionThatEqualsADeletedOne_keepsItsInstance() {
    FunctionVersion version = worker.publish(quick());
    worker.worker.prewarm(version).join();
    worker.worker.deleted(version);

    worker.worker.prewarm(version).join();

    assertThat(worker.worker.idleInstances()).isEqualTo(1);
  }
}
