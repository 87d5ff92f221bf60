package dev.leat.engine.chicory;

import static dev.leat.engine.chicory.Guests.PAGE;
import static dev.leat.engine.chicory.Guests.PLENTY;
import static dev.leat.engine.chicory.Guests.call;
import static dev.leat.engine.chicory.Guests.fuel;
import static dev.leat.engine.chicory.Guests.instance;
import static dev.leat.engine.chicory.Guests.stopped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.GuestStopped.Reason;
import dev.leat.engine.HostFunction;
import dev.leat.engine.LoadedModule;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class TrapTest {
  private static GuestInstance running(String signature, WasmCode code) {
    return instance(new WasmBuilder().memory(1).export("run", signature, code));
  }

  private static void assertTraps(GuestInstance guest, long... arguments) {
    assertThat(stopped(guest, "run", arguments).reason()).isEqualTo(Reason.TRAPPED);
  }

  @Test
  void unreachable_traps() {
    assertTraps(running("()->", new WasmCode().unreachable()));
  }

  @ParameterizedTest
  @CsvSource({"109, 1", "110, 1", "111, 1", "112, 1"})
  void divideByZero_traps(int opcode, int dividend) {
    assertTraps(running("()->", new WasmCode().i32Const(dividend).i32Const(0).op(opcode).drop()));
  }

  @Test
  void divideSmallestByMinusOne_traps() {
    assertTraps(
        running("()->", new WasmCode().i32Const(Integer.MIN_VALUE).i32Const(-1).op(0x6d).drop()));
  }

  @Test
  void truncateNotANumber_traps() {
    assertTraps(running("()->", new WasmCode().f64Const(Double.NaN).op(0xaa).drop()));
  }

  /** Opcode and width of each load and store. */
  private static final int[][] ACCESSES = {
    {0x28, 4}, {0x29, 8}, {0x2a, 4}, {0x2b, 8}, {0x2c, 1}, {0x2d, 1}, {0x2e, 2}, {0x2f, 2},
    {0x30, 1}, {0x31, 1}, {0x32, 2}, {0x33, 2}, {0x34, 4}, {0x35, 4}
  };

  private static final Object[][] STORES = {
    {0x36, 4, "i32"},
    {0x37, 8, "i64"},
    {0x38, 4, "f32"},
    {0x39, 8, "f64"},
    {0x3a, 1, "i32"},
    {0x3b, 2, "i32"},
    {0x3c, 1, "i64"},
    {0x3d, 2, "i64"},
    {0x3e, 4, "i64"}
  };

  @Test
  void load_outsideTheMemory_traps() {
    for (int[] access : ACCESSES) {
      for (int offset : new int[] {0, 1, 7, PAGE, Integer.MAX_VALUE}) {
        WasmCode code = new WasmCode().localGet(0).op(access[0], 0);
        leb(code, offset);
        assertAccess(running("(i32)->", code.drop()), access[1], offset);
      }
    }
  }

  @Test
  void store_outsideTheMemory_traps() {
    for (Object[] store : STORES) {
      for (int offset : new int[] {0, 1, 7, PAGE, Integer.MAX_VALUE}) {
        WasmCode code = new WasmCode().localGet(0);
        switch ((String) store[2]) {
          case "i32" -> code.i32Const(-1);
          case "i64" -> code.i64Const(-1);
          case "f32" -> code.op(0x43, 0, 0, 0x80, 0x3f);
          default -> code.f64Const(1);
        }
        code.op((int) store[0], 0);
        leb(code, offset);
        assertAccess(running("(i32)->", code), (int) store[1], offset);
      }
    }
  }

  private static void assertAccess(GuestInstance guest, int width, int offset) {
    long lastGood = (long) PAGE - width - offset;
    if (lastGood >= 0) {
      assertThatNoException().isThrownBy(() -> call(guest, "run", lastGood));
    }
    for (long address :
        new long[] {
          Math.max(0, lastGood + 1),
          PAGE,
          PAGE + 1,
          Integer.MAX_VALUE,
          Integer.MIN_VALUE,
          -PAGE,
          -offset - 1L,
          -width,
          -1
        }) {
      if (Integer.toUnsignedLong((int) address) + offset > PAGE - width) {
        assertTraps(guest, (int) address);
      }
    }
  }

  private static void leb(WasmCode code, int unsigned) {
    int rest = unsigned;
    while ((rest & ~0x7f) != 0) {
      code.op(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    code.op(rest);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, -1, Integer.MIN_VALUE})
  void callIndirect_wrongEntry_traps(int index) {
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .memory(1)
                .table(3)
                .function("()->", new WasmCode())
                .function("(i64)->", new WasmCode())
                .export("run", "(i32)->", new WasmCode().localGet(0).callIndirect(0))
                .elements(0, 0, 1));

    assertThatNoException().isThrownBy(() -> call(guest, "run", 0));
    assertTraps(guest, index);
  }

  @Test
  void stackExhausted_manyTimes_isSaidAndTheInstanceWorksOn() {
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .memory(1)
                .globalI32(true, 5)
                .export(
                    "run",
                    "(i32)->i32",
                    new WasmCode()
                        .globalGet(0)
                        .i32Const(1)
                        .i32Sub()
                        .globalSet(0)
                        .localGet(0)
                        .call(0)
                        .i32Const(1)
                        .i32Add())
                .export("ask", "()->i32", new WasmCode().globalGet(0)));
    guest.snapshot();

    for (int i = 0; i < 100; i++) {
      guest.begin(fuel(Long.MAX_VALUE));
      assertThat(stopped(guest, "run", 1).reason()).isEqualTo(Reason.STACK_EXHAUSTED);
      guest.reset();
      assertThat(call(guest, "ask")).isEqualTo(5);
    }
  }

  @Test
  void memoryRefusedAndThenATrap_isMemoryExceeded() {
    GuestInstance guest =
        running("()->", new WasmCode().i32Const(1_000).memoryGrow().drop().unreachable());

    assertThat(stopped(guest, "run").reason()).isEqualTo(Reason.MEMORY_EXCEEDED);
  }

  @Test
  void memoryRefused_isForgottenByTheNextCall() {
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .memory(1)
                .export("grow", "()->i32", new WasmCode().i32Const(1_000).memoryGrow())
                .export("run", "()->", new WasmCode().unreachable()));
    assertThat((int) call(guest, "grow")).isEqualTo(-1);

    guest.begin(fuel(PLENTY));

    assertTraps(guest);
  }

  @ParameterizedTest
  @ValueSource(ints = {PAGE - 3, PAGE, PAGE + 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void dataSegment_outsideTheMemory_doesNotComeUp(int offset) {
    LoadedModule module = Guests.load(new WasmBuilder().memory(1).data(offset, "text"));

    assertThatExceptionOfType(GuestStopped.class).isThrownBy(() -> instance(module));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, -1, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void elementSegment_outsideTheTable_doesNotComeUp(int offset) {
    LoadedModule module =
        Guests.load(
            new WasmBuilder()
                .memory(1)
                .table(3)
                .function("()->", new WasmCode())
                .elements(offset, 0, 0));

    assertThatExceptionOfType(GuestStopped.class).isThrownBy(() -> instance(module));
  }

  @Test
  void activeSegment_isDroppedOnceCopied() {
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .memory(1)
                .data(0, "text")
                .export(
                    "run",
                    "(i32)->",
                    new WasmCode().i32Const(0).i32Const(0).localGet(0).op(0xfc, 0x08, 0, 0)));

    assertThatNoException().isThrownBy(() -> call(guest, "run", 0));
    assertTraps(guest, 1);
  }

  @Test
  void startFunction_endless_doesNotComeUp() {
    LoadedModule module =
        Guests.load(
            new WasmBuilder()
                .memory(1)
                .function("()->", new WasmCode().loop().br(0).end())
                .start(0));

    assertThatExceptionOfType(GuestStopped.class)
        .isThrownBy(() -> module.instantiate(List.of(), 1, fuel(100_000)))
        .satisfies(stopped -> assertThat(stopped.reason()).isEqualTo(Reason.FUEL_EXHAUSTED));
  }

  @Test
  void startFunction_thatTraps_doesNotComeUp() {
    LoadedModule module =
        Guests.load(
            new WasmBuilder().memory(1).function("()->", new WasmCode().unreachable()).start(0));

    assertThatExceptionOfType(GuestStopped.class)
        .isThrownBy(() -> instance(module))
        .satisfies(stopped -> assertThat(stopped.reason()).isEqualTo(Reason.TRAPPED));
  }

  @Test
  void startFunction_thatCallsTheHost_isAnsweredOnWhatIsAttached() {
    List<Object> called = new ArrayList<>();
    LoadedModule module =
        Guests.load(
            new WasmBuilder()
                .importFunction("leat", "f", "()->")
                .memory(1)
                .function("()->", new WasmCode().call(0))
                .start(1));

    HostFunction host =
        new HostFunction(
            "leat",
            "f",
            "()->",
            (g, a) -> {
              called.add(g.attachment());
              return g.memory().readInt(0);
            });
    GuestInstance guest =
        module.instantiate(List.of(host), 1, fuel(100_000), starting -> starting.attach("me"));

    assertThat(called).containsExactly("me");
    assertThat(guest.fuelUsed()).isBetween(500L, 1_000L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"leat;f;(i64)->", "leat;f;(i32)->i32", "leat;g;(i32)->", "env;f;(i32)->"})
  void missingHostFunction_isNamed(String from, String name, String signature) {
    LoadedModule module =
        Guests.load(new WasmBuilder().importFunction("leat", "f", "(i32)->").memory(1));

    assertThatExceptionOfType(GuestStopped.class)
        .isThrownBy(() -> instance(module, new HostFunction(from, name, signature, (g, a) -> 0)))
        .withMessageContaining("the host offers no function leat.f (i32)->");
  }

  @Test
  void hostFunction_thatFails_isATrap() {
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .importFunction("leat", "f", "()->")
                .memory(1)
                .export("run", "()->", new WasmCode().call(0)),
            new HostFunction(
                "leat",
                "f",
                "()->",
                (g, a) -> {
                  throw new IllegalStateException("broken host");
                }));

    assertTraps(guest);
  }

  @Test
  void call_withTooFewArguments_isATrap() {
    assertTraps(running("(i32)->", new WasmCode()));
    assertThat(running("()->", new WasmCode()).function("missing")).isEqualTo(-1);
  }
}
