package dev.leat.engine.chicory;

import static dev.leat.engine.chicory.Guests.call;
import static dev.leat.engine.chicory.Guests.instance;
import static dev.leat.engine.chicory.Guests.stopped;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped.Reason;
import dev.leat.engine.HostFunction;
import dev.leat.engine.Inspection;
import dev.leat.engine.LoadedModule;
import dev.leat.engine.ModuleLimits;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmBytes;
import dev.leat.testkit.WasmCode;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The faults of Chicory 1.7.5 that its continuation has mended: each is worked round here, or no
 * module reaches it. Lengths in WASI are the worker's, which has a host of its own.
 */
final class ChicoryFaultsTest {
  private static final int TABLE_FILL = 17;
  private static final int TABLE_COPY = 14;
  private static final int TABLE_INIT = 12;
  private static final int I32_ATOMIC_LOAD = 0x10;

  // ---- Overflow in checkBounds: the memory is ours. ----

  @ParameterizedTest
  @CsvSource({
    "2147483647, 1",
    "1, 2147483647",
    "2147483647, 2147483647",
    "-1, 2",
    "-4, 4",
    "65532, -65532",
    "-2147483648, -2147483648"
  })
  void bulkMemory_whoseEndOverflows_traps(int at, int size) {
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .memory(1)
                .export(
                    "fill",
                    "(i32,i32)->",
                    new WasmCode().localGet(0).i32Const(7).localGet(1).op(0xfc, 0x0b, 0))
                .export(
                    "copyTo",
                    "(i32,i32)->",
                    new WasmCode().localGet(0).i32Const(0).localGet(1).op(0xfc, 0x0a, 0, 0))
                .export(
                    "copyFrom",
                    "(i32,i32)->",
                    new WasmCode().i32Const(0).localGet(0).localGet(1).op(0xfc, 0x0a, 0, 0)));

    for (String export : new String[] {"fill", "copyTo", "copyFrom"}) {
      assertThat(stopped(guest, export, at, size).reason()).as(export).isEqualTo(Reason.TRAPPED);
    }
    assertThat(guest.memory().read(0, Guests.PAGE)).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, -4, -65_536, Integer.MIN_VALUE})
  void access_withAnOffsetBeyondTwoGigabytes_trapsWhateverIsAddedToIt(int offset) {
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .memory(1)
                .export("load", "(i32)->i32", new WasmCode().localGet(0).i32Load(offset))
                .export(
                    "store", "(i32)->", new WasmCode().localGet(0).i32Const(1).i32Store(offset)));

    for (int base : new int[] {0, 4, 65_536, -offset, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertThat(stopped(guest, "load", base).reason()).isEqualTo(Reason.TRAPPED);
      assertThat(stopped(guest, "store", base).reason()).isEqualTo(Reason.TRAPPED);
    }
  }

  @Test
  void atomicAccess_withAnOffsetBeyondTwoGigabytes_isRefused() {
    byte[] module =
        new WasmBuilder()
            .memory(1)
            .export(
                "load",
                "(i32)->i32",
                new WasmCode()
                    .localGet(0)
                    .op(0xfe, I32_ATOMIC_LOAD, 2, 0xfc, 0xff, 0xff, 0xff, 0x0f))
            .build();

    assertThat(inspect(module)).contains("An atomic access has the offset 4294967292");
  }

  // ---- Tables: ours, and so are their bulk operations. ----

  @ParameterizedTest
  @CsvSource({
    "2147483647, 0, 1",
    "-1, 0, 1",
    "0, 0, -1",
    "1, 0, 2147483647",
    "-2147483648, 0, -2147483648",
    "0, 2147483647, 1",
    "0, -1, 1",
    "0, -1, 2"
  })
  void bulkTable_whoseEndOverflows_traps(int to, int from, int size) {
    GuestInstance guest = instance(tables());

    if (from == 0) {
      assertThat(stopped(guest, "fill", to, size).reason()).isEqualTo(Reason.TRAPPED);
    }
    assertThat(stopped(guest, "init", to, from, size).reason()).isEqualTo(Reason.TRAPPED);
    assertThat(stopped(guest, "copy", to, from, size).reason()).isEqualTo(Reason.TRAPPED);
    assertThat(call(guest, "callFirst", 0)).as("nothing is written").isEqualTo(1);
  }

  /** The instance was looked up where the entry goes to, which another table may not have. */
  @Test
  void tableCopy_toAPlaceThatTheSourceHasNot_copies() {
    GuestInstance guest = instance(tables());

    call(guest, "copy", 9, 0, 1); // the source has 3 entries, the destination 10

    assertThat(call(guest, "callFirst", 9)).isEqualTo(1);
  }

  @Test
  void tableCopy_ontoItself_copiesAsIfByWayOfAnother() {
    for (int step : new int[] {1, -1}) {
      GuestInstance guest = instance(tables());
      call(guest, "init", 3, 0, 3);
      call(guest, "copyWithin", 3 + step, 3, 3);

      for (int i = 0; i < 3; i++) {
        assertThat(call(guest, "callFirst", 3 + step + i)).isEqualTo(i + 1);
      }
    }
  }

  @Test
  void tableGrow_isNotSeenByAnotherInstance() {
    LoadedModule module = Guests.load(HostileModules.growingTable(10));
    GuestInstance one = instance(module);

    assertThat((int) call(one, "grow", 9)).isEqualTo(1);
    assertThat((int) call(instance(module), "grow", 9)).isEqualTo(1);
  }

  /** A table that two instances share could hold functions of both: none can be shared. */
  @Test
  void table_ofAnotherInstance_cannotBeImported() {
    String importsATable = "0061736d01000000" + "0209010165017401700001";

    assertThat(inspect(HexFormat.of().parseHex(importsATable)))
        .contains("Only functions can be imported, this is a table");
  }

  // ---- The stack's end within the host ----

  @Test
  void hostCall_atTheEndOfTheStack_endsTheGuestAlone() {
    AtomicInteger depth = new AtomicInteger();
    GuestInstance guest =
        instance(
            new WasmBuilder()
                .importFunction("leat", "f", "(i32)->i32")
                .memory(1)
                .export("run", "(i32)->i32", new WasmCode().localGet(0).call(0).call(1))
                .export("ask", "()->i32", new WasmCode().i32Const(1).call(0)),
            new HostFunction("leat", "f", "(i32)->i32", (g, a) -> deep(depth, 20)));

    for (int i = 0; i < 20; i++) {
      assertThat(stopped(guest, "run", 0).reason()).isEqualTo(Reason.STACK_EXHAUSTED);
      assertThat(call(guest, "ask")).isEqualTo(20);
    }
  }

  /** So that the stack ends in the host's frames as well as in the guest's. */
  private static int deep(AtomicInteger depth, int further) {
    depth.incrementAndGet();
    return further == 0 ? 0 : 1 + deep(depth, further - 1);
  }

  // ---- What is refused when it is published ----

  /** Its handlers used slots of the stack that other code had (try_table, Frame.merge). */
  @Test
  void exceptionHandling_isRefused() {
    WasmCode throwing = new WasmCode().op(0x08, 0);
    WasmCode throwingReference = new WasmCode().op(0xd0, 0x69, 0x0a);
    WasmCode catching = new WasmCode().op(0x1f, 0x40, 0).end();
    WasmCode catchingAll = new WasmCode().block().op(0x1f, 0x40, 1, 2, 0).end().end();

    for (WasmCode code : new WasmCode[] {throwing, throwingReference, catching, catchingAll}) {
      assertThat(inspect(new WasmBuilder().memory(1).function("()->", code).build()))
          .startsWith("Refused");
    }
    assertThat(inspect(HexFormat.of().parseHex("0061736d01000000" + "0d03010000")))
        .contains("Exception handling (tags) is not supported");
  }

  @Test
  void importWithoutAnyName_isRefusedForThat() {
    byte[] module = new WasmBuilder().importFunction("", "", "()->").memory(1).build();

    assertThat(inspect(module)).contains("An import without a module and a name");
  }

  /**
   * A block's type is a signed number: 64, 0x7f and others of two bytes name types, but were read
   * as "no result", i32 and so on.
   */
  @ParameterizedTest
  @ValueSource(ints = {0x40, 0x6f, 0x70, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f})
  void blockType_thatIsTakenForAValueType_isRefused(int index) {
    assertThat(inspect(blockOfType(index)))
        .contains("A block has the type of the index %d".formatted(index));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 0x3f, 0x41, 0x50, 0x80, 0xff, 0x140})
  void blockType_ofAnotherIndex_isThatType(int index) {
    byte[] module = blockOfType(index);

    assertThat(inspect(module)).startsWith("Accepted");
    assertThat(call(instance(Guests.load(module)), "run")).isEqualTo(2);
  }

  /** All its types are (i32)->i32; a branch out of the block takes the 2 and leaves no 1. */
  private static byte[] blockOfType(int index) {
    int types = 0x150;
    WasmBytes section = new WasmBytes().unsigned(types);
    for (int i = 0; i < types - 1; i++) {
      section.raw(0x60, 1, 0x7f, 1, 0x7f);
    }
    section.raw(0x60, 0, 1, 0x7f);
    WasmBytes body =
        new WasmBytes()
            .raw(0, 0x41, 1, 0x02)
            .signed(index)
            .raw(0x41, 2, 0x0c, 0, 0x0b, 0x0b); // i32.const 1, block, i32.const 2, br 0, end
    WasmBytes module = new WasmBytes().raw(0, 'a', 's', 'm', 1, 0, 0, 0);
    module.raw(1).unsigned(section.size()).append(section);
    WasmBytes functions = new WasmBytes().raw(1).unsigned(types - 1);
    module.raw(3).unsigned(functions.size()).append(functions);
    module.raw(5, 3, 1, 0, 1);
    WasmBytes exports = new WasmBytes().raw(1).name("run").raw(0, 0);
    module.raw(7).unsigned(exports.size()).append(exports);
    WasmBytes code = new WasmBytes().raw(1).unsigned(body.size()).append(body);
    return module.raw(10).unsigned(code.size()).append(code).toByteArray();
  }

  /** Table 0 has 10 entries and function 0 first, table 1 has 3: functions 0, 1 and 2. */
  private static WasmBuilder tables() {
    return new WasmBuilder()
        .memory(1)
        .table(10)
        .table(3)
        .elements(0, 0)
        .passiveElements(0, 1, 2)
        .function("()->i32", new WasmCode().i32Const(1))
        .function("()->i32", new WasmCode().i32Const(2))
        .function("()->i32", new WasmCode().i32Const(3))
        .export(
            "fill",
            "(i32,i32)->",
            new WasmCode().localGet(0).op(0xd0, 0x70).localGet(1).op(0xfc, TABLE_FILL, 0))
        .export(
            "init",
            "(i32,i32,i32)->",
            new WasmCode().localGet(0).localGet(1).localGet(2).op(0xfc, TABLE_INIT, 1, 0))
        .export(
            "copy",
            "(i32,i32,i32)->",
            new WasmCode()
                .i32Const(0)
                .i32Const(0)
                .i32Const(3)
                .op(0xfc, TABLE_INIT, 1, 1)
                .localGet(0)
                .localGet(1)
                .localGet(2)
                .op(0xfc, TABLE_COPY, 0, 1))
        .export(
            "copyWithin",
            "(i32,i32,i32)->",
            new WasmCode().localGet(0).localGet(1).localGet(2).op(0xfc, TABLE_COPY, 0, 0))
        .export("callFirst", "(i32)->i32", new WasmCode().localGet(0).callIndirect(0));
  }

  private static String inspect(byte[] module) {
    Inspection inspection =
        new ChicoryEngine(ModuleLimits.DEFAULT).inspectAndCompile(Guests.TENANT, module);
    return inspection.toString();
  }
}
