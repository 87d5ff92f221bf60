package dev.leat.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.contract.Outcome;
import dev.leat.contract.Usage;
import dev.leat.contract.Usage.Acquire;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What initialising an instance uses is told apart from what its calls use. */
@Timeout(120)
final class InitFuelTest {
  private final TestWorker worker = new TestWorker();

  @AfterEach
  void stop() {
    worker.close();
  }

  private static WasmCode looping(int rounds) {
    return new WasmCode()
        .locals(1, "i32")
        .i32Const(rounds)
        .localSet(0)
        .loop()
        .localGet(0)
        .i32Const(1)
        .i32Sub()
        .localTee(0)
        .brIf(0)
        .end();
  }

  /** A handler whose {@code _initialize} does so much, with room for more. */
  private static WasmBuilder initialising(WasmCode initialise) {
    return new WasmBuilder()
        .memory(1)
        .export("_initialize", "()->", initialise)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(1_024))
        .export("handle", "(i32,i32)->i64", new WasmCode().i64Const(0));
  }

  private Usage run(FunctionVersion version) {
    Outcome outcome = worker.invoke(version, new byte[0]);
    assertThat(worker.executions.getLast().usage()).isEqualTo(outcome.usage());
    return outcome.usage();
  }

  @Test
  void call_thatWaitsForTheInitialisation_bearsIt_andItsOwnFuelStaysTheSame() {
    TestFunction function = TestFunction.handler(initialising(looping(10_000)));
    FunctionVersion reset = worker.publish(function.instances(0, 1, Reuse.RESET));
    FunctionVersion fresh = worker.publish(function.version(2).instances(0, 1, Reuse.FRESH));
    FunctionVersion warm = worker.publish(function.version(3).instances(1, 1, Reuse.RESET));
    worker.worker.prewarm(warm).join();

    Usage cold = run(reset);

    assertThat(cold.acquire()).isEqualTo(Acquire.COLD);
    assertThat(cold.initFuel()).isGreaterThan(10_000);
    assertThat(cold.cpuNanos()).isPositive();
    assertThat(cold.fuel()).isLessThan(1_000);
    Usage again = run(reset);
    assertThat(again.acquire()).isEqualTo(Acquire.RESET);
    assertThat(again.initFuel()).isZero();
    Usage prepared = run(warm);
    assertThat(prepared.acquire()).isEqualTo(Acquire.WARM);
    assertThat(prepared.initFuel()).isZero();
    for (int i = 0; i < 2; i++) {
      Usage each = run(fresh);
      assertThat(each.initFuel()).isEqualTo(cold.initFuel());
      assertThat(each.fuel()).isEqualTo(cold.fuel());
    }
    assertThat(again.fuel()).isEqualTo(cold.fuel());
    assertThat(prepared.fuel()).isEqualTo(cold.fuel());
    assertThat(worker.worker.preparation()).isEqualTo(new Preparation(1, cold.initFuel()));
  }

  @Test
  void startFunctionAndInit_countToo() {
    long none = run(worker.publish(TestFunction.handler(initialising(new WasmCode())))).initFuel();

    WasmBuilder start = initialising(new WasmCode()).function("()->", looping(5_000)).start(3);
    WasmBuilder init =
        initialising(new WasmCode())
            .export("init", "(i32,i32)->i32", loopingInit(5_000).i32Const(1));

    assertThat(run(worker.publish(TestFunction.handler(start).version(2))).initFuel())
        .isGreaterThan(none + 5_000);
    assertThat(run(worker.publish(TestFunction.handler(init).version(3))).initFuel())
        .isGreaterThan(none + 5_000);
  }

  /** The parameter serves as the loop's counter. */
  private static WasmCode loopingInit(int rounds) {
    return new WasmCode()
        .i32Const(rounds)
        .localSet(0)
        .loop()
        .localGet(0)
        .i32Const(1)
        .i32Sub()
        .localTee(0)
        .brIf(0)
        .end();
  }

  @Test
  void initialisation_thatFails_saysWhatItUsed() {
    WasmBuilder trapping = initialising(looping(5_000).unreachable());
    WasmBuilder atStart =
        initialising(new WasmCode()).function("()->", looping(5_000).unreachable()).start(3);
    WasmBuilder refusing =
        initialising(looping(5_000)).export("init", "(i32,i32)->i32", new WasmCode().i32Const(0));
    int version = 1;
    for (WasmBuilder failing : new WasmBuilder[] {trapping, atStart, refusing}) {
      Outcome outcome =
          worker.invoke(
              worker.publish(TestFunction.handler(failing).version(version++)), new byte[0]);

      assertThat(outcome).isInstanceOf(Outcome.Unrunnable.class);
      assertThat(outcome.usage().initFuel()).as(outcome.error()).isBetween(5_000L, 200_000L);
      assertThat(outcome.usage().fuel()).isZero();
      assertThat(outcome.usage().cpuNanos()).isPositive();
    }
  }

  @Test
  void initialisation_thatUsesAllFuel_saysSo() {
    WasmBuilder endless = initialising(new WasmCode().loop().br(0).end());

    Outcome outcome = worker.invoke(TestFunction.handler(endless).fuel(2_000_000), "");

    assertThat(outcome).isInstanceOf(Outcome.Unrunnable.class);
    assertThat(outcome.usage().initFuel()).isEqualTo(2_000_000);
  }

  @Test
  void preparation_thatFails_countsItsFuelAndNoInstance() {
    FunctionVersion version =
        worker.publish(TestFunction.handler(initialising(looping(5_000).unreachable())));

    assertThatThrownBy(() -> worker.worker.prewarm(version).join()).hasMessageContaining("unreach");

    assertThat(worker.worker.preparation().instances()).isZero();
    assertThat(worker.worker.preparation().fuel()).isGreaterThan(5_000);
  }
}
