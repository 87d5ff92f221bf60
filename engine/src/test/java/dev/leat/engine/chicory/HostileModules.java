package dev.leat.engine.chicory;

import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.util.function.Consumer;

/** Modules that are made to take much of whoever reads, compiles or runs them. */
final class HostileModules {
  private static final int BR_TABLE = 0x0e;

  private HostileModules() {}

  /** Functions with a br_table of so many targets each. */
  static byte[] branchTables(int functions, int targets) {
    WasmCode code = new WasmCode().block().block().i32Const(5).op(BR_TABLE);
    leb(code, targets);
    for (int i = 0; i <= targets; i++) {
      code.op(i & 1);
    }
    return functions(functions, code.end().end());
  }

  static byte[] functions(int count, WasmCode code) {
    WasmBuilder module = new WasmBuilder().memory(1);
    for (int i = 0; i < count; i++) {
      module.function("()->", code);
    }
    return module.build();
  }

  /** Functions that add a number so many times. */
  static byte[] additions(int functions, int additions) {
    WasmCode code = times(new WasmCode().i32Const(0), additions, c -> c.i32Const(77).i32Add());
    return functions(functions, code.drop());
  }

  /** A compiler that keeps the types of all locals for each branch takes their product. */
  static byte[] branchesAmongLocals(int locals, int branches) {
    WasmCode code = new WasmCode().locals(locals, "i32").block();
    return functions(1, times(code, branches, c -> c.i32Const(0).brIf(0)).end());
  }

  /** Likewise for each value on the stack. */
  static byte[] branchesOnADeepStack(int depth, int branches) {
    WasmCode code = times(new WasmCode(), depth, c -> c.i32Const(0));
    times(code, branches, c -> c.i32Const(0).ifTrue().end());
    return functions(1, times(code, depth, WasmCode::drop));
  }

  /** Likewise for each block that is open. */
  static byte[] blocksOnADeepStack(int depth, int blocks) {
    WasmCode code = times(new WasmCode(), depth, c -> c.i32Const(0));
    times(code, blocks, WasmCode::block);
    times(code, blocks, WasmCode::end);
    return functions(1, times(code, depth, WasmCode::drop));
  }

  /** Code that becomes more than the 64 KiB that a JVM method may have. */
  static byte[] methodTooLarge() {
    WasmCode code = new WasmCode().locals(1, "i32");
    return functions(
        1, times(code, 14_000, c -> c.localGet(0).i32Const(100_000).i32Add().localSet(0)));
  }

  /** Exports that never end, each by another kind of branch backwards. */
  static byte[] endless() {
    return new WasmBuilder()
        .memory(1)
        .export("br", "()->", new WasmCode().loop().br(0).end())
        .export("br_if", "()->", new WasmCode().loop().i32Const(1).brIf(0).end())
        .export("br_table", "()->", new WasmCode().loop().i32Const(0).op(BR_TABLE, 1, 0, 0).end())
        .export("calls", "()->", new WasmCode().loop().call(4).br(0).end())
        .function("()->", new WasmCode())
        .build();
  }

  /** Grows its memory by {@code pages} until it may not, and touches it all. */
  static byte[] growing() {
    return new WasmBuilder()
        .memory(1)
        .export(
            "grow",
            "(i32)->i32",
            new WasmCode()
                .loop()
                .localGet(0)
                .memoryGrow()
                .i32Const(-1)
                .op(0x47) // i32.ne
                .brIf(0)
                .end()
                .memorySize())
        .build();
  }

  /** Grows its table by one entry at a call and says how large it was. */
  static byte[] growingTable(int max) {
    return new WasmBuilder()
        .memory(1)
        .table(1, max)
        .export(
            "grow",
            "(i32)->i32",
            new WasmCode().op(0xd0, 0x70).localGet(0).op(0xfc, 0x0f, 0)) // ref.null, table.grow
        .build();
  }

  /** Moves its stack pointer down and calls itself, for ever. */
  static byte[] recursing() {
    return new WasmBuilder()
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
        .export("ask", "()->i32", new WasmCode().globalGet(0))
        .build();
  }

  private static WasmCode times(WasmCode code, int times, Consumer<WasmCode> more) {
    for (int i = 0; i < times; i++) {
      more.accept(code);
    }
    return code;
  }

  private static void leb(WasmCode code, int unsigned) {
    int rest = unsigned;
    while (rest >= 0x80) {
      code.op(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    code.op(rest);
  }
}
