package dev.leat.engine.chicory;

import static dev.leat.engine.chicory.Guests.PAGE;
import static dev.leat.engine.chicory.Guests.PLENTY;
import static dev.leat.engine.chicory.Guests.call;
import static dev.leat.engine.chicory.Guests.fuel;
import static dev.leat.engine.chicory.Guests.instance;
import static dev.leat.engine.chicory.Guests.stopped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.leat.engine.GuestHeap;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestMemory;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.GuestStopped.Reason;
import dev.leat.engine.LoadedModule;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class MemoryTest {
  private static WasmBuilder growing(WasmBuilder memory) {
    return memory.export("grow", "(i32)->i32", new WasmCode().localGet(0).memoryGrow());
  }

  @Test
  void minimumAboveTheLimit_isRefusedBeforeItIsAllocated() {
    // A quarter of the limit of this test's JVM would be noticed; a gigabyte would end it.
    LoadedModule module = Guests.load(new WasmBuilder().memory(16_384));

    for (int i = 0; i < 100; i++) {
      assertThatExceptionOfType(GuestStopped.class)
          .isThrownBy(() -> module.instantiate(List.of(), 16, fuel(1)))
          .satisfies(stopped -> assertThat(stopped.reason()).isEqualTo(Reason.MEMORY_EXCEEDED))
          .withMessageContaining("starts with 16384 pages");
    }
  }

  @Test
  void reset_ofALargeMemory_findsEachWrittenPage() {
    int pages = 600; // 37.5 MiB
    FlatMemory memory = new FlatMemory(pages, pages, GuestHeap.unbounded(), fuel(PLENTY));
    memory.snapshot();
    int size = pages * PAGE;
    int[] addresses = {
      0,
      4_095,
      4_096,
      12_288,
      16_384,
      (16 << 20) - 1,
      16 << 20,
      (32 << 20) + 5,
      size - 4_097,
      size - 1
    };
    for (int address : addresses) {
      memory.writeByte(address, (byte) 7);
    }

    memory.reset();

    assertThat(memory.readBytes(0, size)).isEqualTo(new byte[size]);
  }

  @Test
  void grow_upToTheLimit_isBounded() {
    GuestInstance guest = instance(growing(new WasmBuilder().memory(1)));

    assertThat(call(guest, "grow", 10)).isEqualTo(1);
    assertThat(call(guest, "grow", 0)).isEqualTo(11);
    for (int tooMuch : new int[] {6, 65_536, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
      assertThat((int) call(guest, "grow", tooMuch)).isEqualTo(-1);
    }
    assertThat(call(guest, "grow", 5)).isEqualTo(11);

    assertThat(guest.memory().sizeBytes()).isEqualTo(16 * PAGE);
    assertThat(guest.peakMemoryBytes()).isEqualTo(16 * PAGE);
  }

  @Test
  void grow_beyondTheDeclaredMaximum_isRefused() {
    GuestInstance guest = instance(growing(new WasmBuilder().memory(1, 2)));

    assertThat(call(guest, "grow", 1)).isEqualTo(1);
    assertThat((int) call(guest, "grow", 1)).isEqualTo(-1);
  }

  @Test
  void memoryWithoutPages_worksAndGrows() {
    GuestInstance guest = instance(growing(new WasmBuilder().memory(0)));
    guest.snapshot();

    assertThat(call(guest, "grow", 1)).isZero();
    guest.memory().writeByte(PAGE - 1, (byte) 1);
    guest.reset();

    assertThat(guest.memory().sizeBytes()).isZero();
  }

  @Test
  void peak_isOfTheCallAlone() {
    GuestInstance guest = instance(growing(new WasmBuilder().memory(1)));
    guest.snapshot();
    call(guest, "grow", 9);

    guest.reset();
    guest.begin(fuel(1_000));

    assertThat(guest.peakMemoryBytes()).isEqualTo(PAGE);
  }

  @Test
  void tableGrow_isNotSeenByOtherInstances() {
    LoadedModule module =
        Guests.load(
            new WasmBuilder()
                .memory(1)
                .table(2)
                .export(
                    "grow", "(i32)->i32", new WasmCode().op(0xd0, 0x70).localGet(0).op(0xfc, 15, 0))
                .export("size", "()->i32", new WasmCode().op(0xfc, 16, 0)));
    GuestInstance first = instance(module);
    GuestInstance second = instance(module);

    assertThat(call(first, "grow", 10)).isEqualTo(2);

    assertThat(call(first, "size")).isEqualTo(12);
    assertThat(call(second, "size")).isEqualTo(2);
    assertThat(call(instance(module), "size")).isEqualTo(2);
    assertThat((int) call(second, "grow", 100_000)).as("the cap").isEqualTo(-1);
    assertThat((int) call(second, "grow", -1)).isEqualTo(-1);
    assertThat(call(second, "grow", 99_998)).isEqualTo(2);
  }

  @Test
  void tableGrow_beyondItsMaximum_isRefused() {
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .memory(1)
                .table(2, 3)
                .export(
                    "grow",
                    "(i32)->i32",
                    new WasmCode().op(0xd0, 0x70).localGet(0).op(0xfc, 15, 0)));

    assertThat((int) call(guest, "grow", 2)).isEqualTo(-1);
    assertThat(call(guest, "grow", 1)).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "65536, 1",
    "65535, 2",
    "0, 65537",
    "65537, 0",
    "-1, 0",
    "-1, 1",
    "-1, 2",
    "0, -1",
    "1, -1",
    "65535, -1",
    "-2147483648, 0",
    "-2147483648, -2147483648",
    "2147483647, 2147483647",
    "2147483647, 1",
    "1, 2147483647",
    "-1, -1"
  })
  void hostAccess_outsideTheMemory_traps(int pointer, int length) {
    GuestMemory memory = instance(new WasmBuilder().memory(1)).memory();
    byte[] source = new byte[70_000];

    assertTraps(() -> memory.read(pointer, length));
    assertTraps(() -> memory.readText(pointer, length));
    assertTraps(() -> memory.write(pointer, source, 0, length));
  }

  @ParameterizedTest
  @CsvSource({"65536", "65537", "-1", "-8", "-2147483648", "2147483647", "2147483640"})
  void hostAccess_ofOneNumberOutsideTheMemory_traps(int pointer) {
    GuestMemory memory = instance(new WasmBuilder().memory(1)).memory();

    assertTraps(() -> memory.read(pointer));
    assertTraps(() -> memory.readInt(pointer));
    assertTraps(() -> memory.readLong(pointer));
    assertTraps(() -> memory.writeByte(pointer, (byte) 1));
    assertTraps(() -> memory.writeShort(pointer, (short) 1));
    assertTraps(() -> memory.writeI32(pointer, 1));
    assertTraps(() -> memory.writeLong(pointer, 1));
  }

  @Test
  void hostAccess_acrossTheEnd_traps() {
    GuestMemory memory = instance(new WasmBuilder().memory(1)).memory();

    assertTraps(() -> memory.readInt(PAGE - 3));
    assertTraps(() -> memory.readLong(PAGE - 7));
    assertTraps(() -> memory.writeShort(PAGE - 1, (short) 1));
    assertTraps(() -> memory.writeI32(PAGE - 3, 1));
    assertTraps(() -> memory.writeLong(PAGE - 7, 1));
    assertThat(memory.read(PAGE, 0)).isEmpty();
    assertThat(memory.read(PAGE - 8, 8)).containsOnly(0);
  }

  @Test
  void hostAccess_ofAMalformedText_isReplaced() {
    GuestMemory memory = instance(new WasmBuilder().memory(1).data(0, "a\0é")).memory();

    assertThat(memory.readText(0, 4)).isEqualTo("a\0é");
    assertThat(memory.readText(0, 3)).isEqualTo("a\0\ufffd");
  }

  @Test
  void hostAccess_ofALargeRange_costsFuel() {
    GuestInstance guest = instance(new WasmBuilder().memory(16));
    guest.begin(fuel(10_000));

    assertThatExceptionOfType(GuestStopped.class)
        .isThrownBy(() -> guest.memory().read(0, 16 * PAGE))
        .satisfies(stopped -> assertThat(stopped.reason()).isEqualTo(Reason.FUEL_EXHAUSTED));
  }

  /** The caller's store must not go to the memory as it was before the callee let it grow. */
  @Test
  void memoryGrownByACallee_isTheCallersToo() {
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .memory(1)
                .function("()->", new WasmCode().i32Const(1).memoryGrow().drop())
                .export(
                    "run",
                    "()->i32",
                    new WasmCode()
                        .i32Const(16)
                        .i32Const(1)
                        .i32Store(0)
                        .call(0)
                        .i32Const(2 * PAGE - 4)
                        .i32Const(41)
                        .i32Store(0)
                        .i32Const(16)
                        .i32Load(0)
                        .i32Const(2 * PAGE - 4)
                        .i32Load(0)
                        .i32Add()));
    guest.snapshot();

    for (int round = 0; round < 3; round++) {
      assertThat(call(guest, "run")).isEqualTo(42);
      guest.reset();
      assertThat(guest.memory().sizeBytes()).isEqualTo(PAGE);
      assertThat(guest.memory().read(0, PAGE)).containsOnly(0);
    }
  }

  /** Marking a store's first page is enough, for each width and each way across the border. */
  @ParameterizedTest
  @ValueSource(ints = {4_089, 4_090, 4_093, 4_095, 4_096, PAGE - 8})
  void storeAcrossPages_isPutBackWhole(int address) {
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .memory(1)
                .data(0, "image")
                .export(
                    "run",
                    "(i32)->",
                    new WasmCode().localGet(0).i64Const(0x0102030405060708L).i64Store(0)));
    guest.snapshot();
    byte[] before = guest.memory().read(0, PAGE);

    call(guest, "run", address);
    assertThat(guest.memory().readLong(address)).isEqualTo(0x0102030405060708L);
    guest.reset();

    assertThat(guest.memory().read(0, PAGE)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0",
    "-1, 4",
    "-4, 8",
    "2147483647, 2147483647",
    "65533, 0",
    "65000, 600",
    "-2147483648, 16"
  })
  void guestAccess_outsideTheMemory_trapsAndWritesNothing(int base, int offset) {
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .memory(1)
                .export("load", "(i32)->i32", new WasmCode().localGet(0).i32Load(offset))
                .export(
                    "store", "(i32)->", new WasmCode().localGet(0).i32Const(-1).i32Store(offset)));

    assertThat(stopped(guest, "load", base).reason()).isEqualTo(Reason.TRAPPED);
    assertThat(stopped(guest, "store", base).reason()).isEqualTo(Reason.TRAPPED);
    assertThat(guest.memory().read(0, PAGE)).containsOnly(0);
  }

  private static void assertTraps(org.assertj.core.api.ThrowableAssert.ThrowingCallable access) {
    assertThatExceptionOfType(GuestStopped.class)
        .isThrownBy(access)
        .satisfies(stopped -> assertThat(stopped.reason()).isEqualTo(Reason.TRAPPED));
  }
}
