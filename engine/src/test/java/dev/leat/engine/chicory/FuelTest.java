package dev.leat.engine.chicory;

import static dev.leat.engine.chicory.Guests.PLENTY;
import static dev.leat.engine.chicory.Guests.budget;
import static dev.leat.engine.chicory.Guests.call;
import static dev.leat.engine.chicory.Guests.fuel;
import static dev.leat.engine.chicory.Guests.instance;
import static dev.leat.engine.chicory.Guests.stopped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.leat.contract.Cancellation;
import dev.leat.engine.GuestBudget;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.GuestStopped.Reason;
import dev.leat.engine.HostFunction;
import dev.leat.engine.LoadedModule;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
final class FuelTest {
  /** Every way in which wasm code can run for ever. */
  enum Endless {
    BR(new WasmCode().loop().br(0).end()),
    BR_IF(new WasmCode().loop().i32Const(1).brIf(0).end()),
    BR_TABLE(new WasmCode().loop().i32Const(7).op(0x0e, 1, 0, 0).end()),
    BR_TABLE_BETWEEN(new WasmCode().loop().block().i32Const(0).op(0x0e, 1, 0, 1).end().br(0).end()),
    IF(new WasmCode().loop().i32Const(1).ifTrue().br(1).end().end()),
    NESTED(new WasmCode().loop().loop().i32Const(0).brIf(0).end().br(0).end()),
    CALLS(new WasmCode().loop().call(0).br(0).end()),
    CALLS_INDIRECT(new WasmCode().loop().i32Const(0).callIndirect(0).br(0).end()),
    TREE_OF_CALLS(new WasmCode().i32Const(40).call(2)),
    TREE_OF_INDIRECT_CALLS(new WasmCode().i32Const(40).call(3));

    private final WasmCode code;

    Endless(WasmCode code) {
      this.code = code;
    }

    WasmBuilder module() {
      return new WasmBuilder()
          .memory(1)
          .table(2)
          .function("()->", new WasmCode())
          .export("run", "()->", code)
          .function("(i32)->", twice(code -> code.call(2)))
          .function("(i32)->", twice(code -> code.i32Const(1).callIndirect(1)))
          .elements(0, 0, 3);
    }

    /** 2^40 calls, 40 deep. */
    private static WasmCode twice(Consumer<WasmCode> call) {
      WasmCode code = new WasmCode().localGet(0).ifTrue();
      call.accept(code.localGet(0).i32Const(1).i32Sub());
      call.accept(code.localGet(0).i32Const(1).i32Sub());
      return code.end();
    }
  }

  @ParameterizedTest
  @EnumSource
  void endless_littleFuel_isStoppedWhenItIsUsed(Endless endless) {
    GuestInstance guest = instance(endless.module());
    for (long limit : new long[] {1, 1_000, 1_234_567}) {
      guest.begin(fuel(limit));

      GuestStopped stopped = stopped(guest, "run");

      assertThat(stopped.reason()).isEqualTo(Reason.FUEL_EXHAUSTED);
      assertThat(guest.fuelUsed()).isEqualTo(limit);
    }
  }

  /** Of this thread: what others run on the machine does not count. */
  private static Duration processorTime() {
    return Duration.ofNanos(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
  }

  @ParameterizedTest
  @EnumSource
  void endless_hugeFuel_isStoppedByTheDeadline(Endless endless) {
    GuestInstance guest = instance(endless.module());
    long started = System.nanoTime();
    Duration processorTime = processorTime();
    guest.begin(budget(Long.MAX_VALUE, Duration.ofMillis(50)));

    GuestStopped stopped = stopped(guest, "run");

    assertThat(stopped.reason()).isEqualTo(Reason.DEADLINE_PASSED);
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThan(Duration.ofMillis(49));
    assertThat(processorTime().minus(processorTime)).isLessThan(Duration.ofSeconds(1));
    assertThat(guest.fuelUsed()).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void endless_cancelledByAnotherThread_isStopped(Endless endless) throws Exception {
    GuestInstance guest = instance(endless.module());
    Cancellation cancellation = new Cancellation();
    guest.begin(
        new GuestBudget(
            Long.MAX_VALUE, System.nanoTime() + Duration.ofMinutes(5).toNanos(), cancellation));
    AtomicBoolean runs = new AtomicBoolean();
    CompletableFuture<GuestStopped> stopped =
        CompletableFuture.supplyAsync(() -> {
          runs.set(true);
          return stopped(guest, "run");
        });

    Eventually.holds("the guest runs", runs::get);
    cancellation.cancel();

    assertThat(stopped.get().reason()).isEqualTo(Reason.CANCELLED);
  }

  /**
   * The loop's only jump back is cheap; the work before it jumps around the call that is metered.
   */
  @Test
  void longPathAroundACall_isPaidFor() {
    int steps = 2_000;
    WasmCode code = new WasmCode().locals(1, "i32").loop().block();
    for (int i = 0; i < steps; i++) {
      code.localGet(0).i32Const(1).i32Add().localSet(0);
    }
    code.i32Const(1).brIf(0).call(0).end();
    code.localGet(0).i32Const(steps * 100).op(0x49).brIf(0).end();
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .memory(1)
                .function("()->", new WasmCode())
                .export("run", "()->", code));
    guest.begin(fuel(PLENTY));

    call(guest, "run");

    assertThat(guest.fuelUsed()).isBetween(steps * 100L * 3, steps * 100L * 8);
  }

  @Test
  void longFunctionWithoutACall_isPaidFor() {
    int steps = 1_000;
    WasmCode body = new WasmCode();
    for (int i = 0; i < steps; i++) {
      body.localGet(0).i32Const(1).i32Add().op(0x21, 0);
    }
    GuestInstance guest =
        instance(new WasmBuilder().memory(1).export("run", "(i32)->i32", body.localGet(0)));
    guest.begin(fuel(PLENTY));

    assertThat(call(guest, "run", 1)).isEqualTo(1_001);

    assertThat(guest.fuelUsed()).isBetween(steps * 3L, steps * 8L);
  }

  /** Code of {@code (i32)->} that counts down to 0. */
  private static WasmCode countingDown() {
    return new WasmCode().loop().localGet(0).i32Const(1).i32Sub().localTee(0).brIf(0).end();
  }

  @Test
  void eachTurnOfALoop_costsTheSame() {
    GuestInstance guest =
        instance(new WasmBuilder().memory(1).export("run", "(i32)->", countingDown()));

    long first = costOf(guest, "run", 1);
    long turn = costOf(guest, "run", 2) - first;

    assertThat(turn).isBetween(4L, 12L);
    assertThat(costOf(guest, "run", 1_000_000)).isEqualTo(first + 999_999 * turn);
  }

  @Test
  void trap_afterMuchWork_isPaidFor() {
    WasmBuilder returning = new WasmBuilder().memory(1).export("run", "(i32)->", countingDown());
    WasmBuilder trapping =
        new WasmBuilder()
            .memory(1)
            .export("run", "(i32)->", countingDown().i32Const(-1).i32Load(0).drop());
    GuestInstance guest = instance(trapping);
    guest.begin(fuel(PLENTY));

    assertThat(stopped(guest, "run", 1_000_000).reason()).isEqualTo(Reason.TRAPPED);

    assertThat(guest.fuelUsed())
        .isCloseTo(costOf(instance(returning), "run", 1_000_000), within(20L));
  }

  /** The short way through a branch must not pay for the long one, nor the other way round. */
  @Test
  void branch_costsWhatWasRunOfIt() {
    WasmCode code = new WasmCode().localGet(0).ifTrue();
    for (int i = 0; i < 1_000; i++) {
      code.localGet(0).i32Const(1).i32Add().localSet(0);
    }
    GuestInstance guest =
        instance(new WasmBuilder().memory(1).export("run", "(i32)->", code.end()));

    assertThat(costOf(guest, "run", 1) - costOf(guest, "run", 0)).isBetween(4_000L, 4_010L);
    assertThat(costOf(guest, "run", 0)).isLessThan(30);
  }

  /** A function so large that it reaches its memory in the shorter way. */
  @Test
  void hugeFunction_runsAndCostsAsASmallOneOfTheSameSteps() {
    int steps = 1_700;
    assertThat(costOfSteps(steps) - costOfSteps(steps - 1))
        .isEqualTo(costOfSteps(2) - costOfSteps(1));
  }

  /** Adds 1 to a number in memory so many times, by a call each, and checks the sum. */
  private static long costOfSteps(int steps) {
    WasmCode code = new WasmCode();
    for (int i = 0; i < steps; i++) {
      code.i32Const(8).i32Const(8).i32Load(0).call(0).i32Store(0);
    }
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .memory(1)
                .function("(i32)->i32", new WasmCode().localGet(0).i32Const(1).i32Add())
                .export("run", "()->i32", code.i32Const(8).i32Load(0)));
    guest.begin(fuel(PLENTY));
    assertThat(call(guest, "run")).isEqualTo(steps);
    return guest.fuelUsed();
  }

  /** Sums the bytes of a stretch of memory, with a branch on each. */
  private static LoadedModule summing() {
    WasmCode sum =
        new WasmCode()
            .locals(1, "i32")
            .loop()
            .localGet(0)
            .i32Load8Unsigned(0)
            .op(0x41, 3, 0x71)
            .ifTrue()
            .localGet(2)
            .localGet(0)
            .i32Load8Unsigned(0)
            .i32Add()
            .localSet(2)
            .otherwise()
            .localGet(2)
            .call(0)
            .localSet(2)
            .end()
            .localGet(0)
            .i32Const(1)
            .i32Add()
            .localTee(0)
            .localGet(1)
            .op(0x49)
            .brIf(0)
            .end()
            .localGet(2);
    return Guests.load(
        new WasmBuilder()
            .memory(1)
            .function("(i32)->i32", new WasmCode().localGet(0).i32Const(1).i32Add())
            .export("sum", "(i32,i32)->i32", sum)
            .data(0, "some bytes of which a few are multiples of four"));
  }

  @Test
  void sameCall_costsTheSameOnEveryInstanceAndWhenHot() {
    LoadedModule module = summing();
    GuestInstance first = instance(module);
    GuestInstance second = instance(module);
    second.snapshot();
    long expected = costOf(first);

    for (int i = 0; i < 20_000; i++) {
      assertThat(costOf(second)).isEqualTo(expected);
      second.reset();
    }

    assertThat(costOf(instance(module))).isEqualTo(expected);
    assertThat(costOf(instance(summing()))).as("compiled again").isEqualTo(expected);
  }

  private static long costOf(GuestInstance guest) {
    guest.begin(fuel(PLENTY));
    call(guest, "sum", 0, 200);
    return guest.fuelUsed();
  }

  @Test
  void exactFuel_isEnoughAndOneLessIsNot() {
    LoadedModule module = summing();
    long cost = costOf(instance(module));
    GuestInstance guest = instance(module);

    guest.begin(fuel(cost));
    call(guest, "sum", 0, 200);
    assertThat(guest.fuelUsed()).isEqualTo(cost);

    guest.begin(fuel(cost - 1));
    assertThat(stopped(guest, "sum", 0, 200).reason()).isEqualTo(Reason.FUEL_EXHAUSTED);
    assertThat(guest.fuelUsed()).isEqualTo(cost - 1);
  }

  @Test
  void bulkOperations_costByLength() {
    int memoryFill = 0x0b;
    int memoryCopy = 0x0a;
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .memory(4)
                .table(4_000)
                .export(
                    "fill",
                    "(i32)->",
                    new WasmCode().i32Const(0).i32Const(1).localGet(0).op(0xfc, memoryFill, 0))
                .export(
                    "copy",
                    "(i32)->",
                    new WasmCode().i32Const(0).i32Const(9).localGet(0).op(0xfc, memoryCopy, 0, 0))
                .export("grow", "(i32)->", new WasmCode().localGet(0).memoryGrow().drop())
                .export(
                    "table",
                    "(i32)->",
                    new WasmCode().i32Const(0).op(0xd0, 0x70).localGet(0).op(0xfc, 0x11, 0)));

    for (String operation : new String[] {"fill", "copy"}) {
      long little = costOf(guest, operation, 16);
      assertThat(costOf(guest, operation, 160_000)).isGreaterThan(little + 9_000);
    }
    assertThat(costOf(guest, "table", 4_000)).isGreaterThanOrEqualTo(4_000);
    assertThat(costOf(guest, "grow", 1)).isGreaterThanOrEqualTo(5 * Guests.PAGE / 16);
  }

  private static long costOf(GuestInstance guest, String export, long argument) {
    guest.begin(fuel(PLENTY));
    call(guest, export, argument);
    return guest.fuelUsed();
  }

  @Test
  void endlessBulkOperations_endInTime() {
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .memory(16)
                .table(100_000)
                .export(
                    "run",
                    "()->",
                    new WasmCode()
                        .loop()
                        .i32Const(0)
                        .op(0xd0, 0x70)
                        .i32Const(100_000)
                        .op(0xfc, 0x11, 0)
                        .i32Const(0)
                        .i32Const(1)
                        .i32Const(16 * Guests.PAGE)
                        .op(0xfc, 0x0b, 0)
                        .br(0)
                        .end()));
    Duration processorTime = processorTime();
    guest.begin(budget(Long.MAX_VALUE, Duration.ofMillis(50)));

    assertThat(stopped(guest, "run").reason()).isEqualTo(Reason.DEADLINE_PASSED);
    assertThat(processorTime().minus(processorTime)).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void hostCalls_costFuelOfTheirOwn() {
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .importFunction("leat", "work", "()->")
                .memory(1)
                .export("run", "()->", new WasmCode().call(0).call(0)),
            new HostFunction(
                "leat",
                "work",
                "()->",
                (caller, a) -> {
                  caller.charge(1_000);
                  return 0;
                }));
    guest.begin(fuel(PLENTY));

    call(guest, "run");

    assertThat(guest.fuelUsed()).isBetween(3_000L, 3_100L);
  }
}
