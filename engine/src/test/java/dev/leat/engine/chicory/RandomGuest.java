package dev.leat.engine.chicory;

import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.LoadedModule;
import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Guests that do anything: store, grow, fill tables, drop segments, trap midway, recurse and loop
 * for ever. {@code setUp} comes before the snapshot; {@code run0} to {@code run2} are calls.
 */
final class RandomGuest {
  /** How many {@code run} functions there are. */
  static final int RUNS = 3;

  private RandomGuest() {}

  /** Functions 0-2 are helpers, 3 recurses for ever. */
  static WasmBuilder module(Random random) {
    WasmBuilder guest =
        new WasmBuilder()
            .memory(1 + random.nextInt(2), 6)
            .table(8, 40)
            .globalI32(true, random.nextInt())
            .globalI64(true, random.nextLong())
            .globalI32(false, 12)
            .function("()->i32", new WasmCode().globalGet(0))
            .function(
                "()->i32",
                new WasmCode().globalGet(0).i32Const(3).i32Add().globalSet(0).globalGet(0))
            .function("()->i32", new WasmCode().i32Const(64).i32Load(0))
            .function("(i32)->", endlessRecursion())
            .elements(1, 0, 1, 2)
            .passiveElements(2, 1, 0, 2)
            .data(random.nextInt(Guests.PAGE - 100), "some data that is there from the beginning")
            .passiveData(
                "and some that is copied later, if at all".getBytes(StandardCharsets.US_ASCII));
    guest.export("setUp", "()->", steps(random, random.nextInt(6), false));
    for (int i = 0; i < RUNS; i++) {
      guest.export("run" + i, "()->i32", steps(random, 1 + random.nextInt(25), true).globalGet(0));
    }
    return guest
        .export(
            "globals",
            "()->i64",
            new WasmCode().globalGet(1).globalGet(0).i64ExtendUnsigned().op(0x85))
        .export("tableSize", "()->i32", new WasmCode().op(0xfc, 16, 0))
        .export("tableNulls", "()->i32", tableNulls())
        .export("probe", "()->i32", probe());
  }

  private static WasmCode endlessRecursion() {
    return new WasmCode()
        .localGet(0)
        .i32Const(0xffff)
        .op(0x71)
        .localGet(0)
        .i32Store8(0)
        .localGet(0)
        .i32Const(977)
        .i32Add()
        .call(3);
  }

  /** A bit for each of the first 31 entries that is null. */
  private static WasmCode tableNulls() {
    WasmCode code = new WasmCode().locals(2, "i32").loop();
    code.localGet(0).op(0xfc, 16, 0).op(0x49).ifTrue();
    code.localGet(1).i32Const(1).op(0x74).localGet(0).op(0x25, 0).op(0xd1).op(0x72).localSet(1);
    code.localGet(0).i32Const(1).i32Add().localSet(0).br(1).end().end();
    return code.localGet(1);
  }

  /** Traps if a passive segment was dropped; else shows their content and what the table calls. */
  private static WasmCode probe() {
    return new WasmCode()
        .i32Const(64)
        .i32Const(5)
        .i32Const(8)
        .op(0xfc, 8, 1, 0)
        .i32Const(4)
        .i32Const(1)
        .i32Const(2)
        .op(0xfc, 12, 1, 0)
        .i32Const(4)
        .callIndirect(0)
        .i32Const(5)
        .callIndirect(0)
        .i32Add()
        .i32Const(2)
        .callIndirect(0)
        .i32Add();
  }

  private static WasmCode steps(Random random, int count, boolean mayEnd) {
    WasmCode code = new WasmCode();
    for (int i = 0; i < count; i++) {
      step(code, random, mayEnd);
    }
    return code;
  }

  private static void step(WasmCode code, Random random, boolean mayEnd) {
    switch (random.nextInt(mayEnd ? 19 : 14)) {
      case 0, 1 -> code.i32Const(address(random)).i32Const(random.nextInt()).i32Store(0);
      case 2 -> code.i32Const(address(random)).i64Const(random.nextLong()).i64Store(0);
      case 3 -> code.i32Const(address(random)).i32Const(random.nextInt()).i32Store8(3);
      case 4 -> code.i32Const(address(random)).i32Const(random.nextInt()).op(0x3b, 0, 1);
      case 5 -> code.i32Const(address(random)).f64Const(random.nextDouble()).op(0x39, 0, 0);
      case 6 ->
          code.i32Const(address(random))
              .i32Const(random.nextInt())
              .i32Const(random.nextInt(9_000))
              .op(0xfc, 11, 0);
      case 7 ->
          code.i32Const(address(random))
              .i32Const(address(random))
              .i32Const(random.nextInt(9_000))
              .op(0xfc, 10, 0, 0);
      case 8 -> code.i32Const(address(random)).i32Const(3).i32Const(9).op(0xfc, 8, 1, 0);
      case 9 -> code.i32Const(random.nextInt()).globalSet(0);
      case 10 -> code.i64Const(random.nextLong()).globalSet(1);
      case 11 -> code.i32Const(random.nextInt(8)).op(0xd2, random.nextInt(3)).op(0x26, 0);
      case 12 ->
          code.i32Const(random.nextInt(6))
              .op(0xd0, 0x70)
              .i32Const(random.nextInt(3))
              .op(0xfc, 17, 0);
      case 13 ->
          code.i32Const(random.nextInt(6))
              .i32Const(random.nextInt(6))
              .i32Const(random.nextInt(3))
              .op(0xfc, 14, 0, 0);
      case 14 -> code.i32Const(random.nextInt(3)).memoryGrow().drop();
      case 15 ->
          code.op(0xd2, random.nextInt(3)).i32Const(random.nextInt(9)).op(0xfc, 15, 0).drop();
      case 16 -> code.op(0xfc, random.nextBoolean() ? 9 : 13, 1);
      case 17 -> code.i32Const(1 + random.nextInt(3)).callIndirect(0).drop();
      default -> {
        switch (random.nextInt(8)) {
          case 0 -> code.unreachable();
          case 1 -> code.i32Const(random.nextInt()).call(3);
          case 2 -> code.loop().br(0).end();
          default -> code.i32Const(1).i32Const(1).i32Const(2).op(0xfc, 12, 1, 0);
        }
      }
    }
  }

  /** Anywhere, with a liking for the borders of pages and the ends of memories. */
  private static int address(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> 4_096 * random.nextInt(40) - random.nextInt(9);
      case 1 -> Guests.PAGE * (1 + random.nextInt(4)) - random.nextInt(12);
      default -> random.nextInt(Guests.PAGE);
    };
  }

  /** An instance as it is before its first call. */
  static GuestInstance prepared(LoadedModule module) {
    GuestInstance guest = Guests.instance(module);
    result(guest, "setUp");
    guest.snapshot();
    return guest;
  }

  /**
   * What a call shows to the outside: its end, its fuel, and everything that can be asked after.
   */
  static List<Object> observed(GuestInstance guest, String export) {
    List<Object> seen = new ArrayList<>();
    guest.begin(Guests.fuel(3_000_000));
    seen.add(result(guest, export));
    if (!seen.getFirst().toString().contains("call stack exhausted")) {
      seen.add(guest.fuelUsed()); // how deep the stack reaches is the JVM's affair
      seen.add(guest.memory().sizeBytes());
      seen.add(guest.peakMemoryBytes());
      guest.begin(Guests.fuel(Guests.PLENTY));
      seen.add(Arrays.hashCode(guest.memory().read(0, (int) guest.memory().sizeBytes())));
      for (String question : new String[] {"globals", "tableSize", "tableNulls", "probe"}) {
        seen.add(result(guest, question));
      }
    }
    return seen;
  }

  private static Object result(GuestInstance guest, String export) {
    try {
      return Guests.call(guest, export);
    } catch (GuestStopped stopped) {
      return stopped.reason() + " " + stopped.detail();
    }
  }
}
