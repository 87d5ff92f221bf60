package dev.leat.attacks;

import dev.leat.testkit.WasmBuilder;
import dev.leat.testkit.WasmCode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Modules that take what they can. */
final class HostileGuests {
  private static final int INPUT = 65_536;
  private static final int OUTPUT = 4_096;
  private static final int PAGE_BYTES = 65_536;
  private static final int I32_EQZ = 0x45;
  private static final int I64_EQZ = 0x50;
  private static final int I64_SUB = 0x7d;

  private HostileGuests() {}

  /** Answers with the request's body, of which so many bytes find room. */
  static byte[] echo(int bytes) {
    return handler(
            new WasmBuilder(),
            pages(INPUT + bytes),
            new WasmCode()
                .localGet(0)
                .i64ExtendUnsigned()
                .i64Const(32)
                .i64Shl()
                .localGet(1)
                .i64ExtendUnsigned()
                .i64Or())
        .build();
  }

  /** Answers with so many bytes. */
  static byte[] answering(int bytes) {
    return handler(
            new WasmBuilder(),
            pages(OUTPUT + bytes),
            new WasmCode().i64Const((long) OUTPUT << 32 | bytes))
        .build();
  }

  /** Counts down from a number when it is initialised. */
  static byte[] countingAtInit(long from) {
    WasmCode counting =
        new WasmCode()
            .locals(1, "i64")
            .i64Const(from)
            .localSet(2)
            .loop()
            .localGet(2)
            .i64Const(1)
            .op(I64_SUB)
            .localTee(2)
            .op(I64_EQZ)
            .op(I32_EQZ)
            .brIf(0)
            .end()
            .i32Const(1);
    return handler(new WasmBuilder(), 2, new WasmCode().i64Const(0))
        .export("init", "(i32,i32)->i32", counting)
        .build();
  }

  /** Logs so many lines of so many NULs at each call. */
  static byte[] logging(int lines, int bytes) {
    WasmBuilder module = new WasmBuilder().importFunction("leat", "log", "(i32,i32,i32)->");
    WasmCode handle =
        new WasmCode()
            .locals(1, "i32")
            .i32Const(lines)
            .localSet(2)
            .loop()
            .i32Const(3)
            .i32Const(INPUT)
            .i32Const(bytes)
            .call(0)
            .localGet(2)
            .i32Const(1)
            .i32Sub()
            .localTee(2)
            .brIf(0)
            .end()
            .i64Const(0);
    return handler(module, pages(INPUT + bytes), handle).build();
  }

  /** Takes any event of so many bytes, and answers with nothing. */
  static byte[] processor(int bytes) {
    return new WasmBuilder()
        .memory(pages(INPUT + bytes))
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(INPUT))
        .export("free", "(i32,i32)->", new WasmCode())
        .export("process_event", "(i32,i32)->i64", new WasmCode().i64Const((long) INPUT << 32 | 2))
        .build();
  }

  /** Compiles for a second or so; each number gives another module. */
  static byte[] slowToCompile(int number) {
    WasmBuilder module = new WasmBuilder();
    WasmCode code = new WasmCode().i32Const(number).drop();
    for (int i = 0; i < 20_000; i++) {
      module.function("()->", code);
    }
    return handler(module, 2, new WasmCode().i64Const(0)).build();
  }

  /** Claims so many types, of three bytes each: {@code () -> ()}. */
  static byte[] claimingTypes(int types) {
    byte[] entries = new byte[types * 3];
    for (int at = 0; at < entries.length; at += 3) {
      entries[at] = 0x60;
    }
    byte[] count = unsigned(types);
    ByteArrayOutputStream module = new ByteArrayOutputStream(entries.length + 32);
    module.writeBytes("\0asm\1\0\0\0".getBytes(StandardCharsets.ISO_8859_1));
    module.write(1);
    module.writeBytes(unsigned(count.length + entries.length));
    module.writeBytes(count);
    module.writeBytes(entries);
    return module.toByteArray();
  }

  private static WasmBuilder handler(WasmBuilder imports, int pages, WasmCode handle) {
    return imports
        .memory(pages)
        .export("allocate", "(i32)->i32", new WasmCode().i32Const(INPUT))
        .export("handle", "(i32,i32)->i64", handle);
  }

  private static int pages(int bytes) {
    return Math.ceilDiv(bytes, PAGE_BYTES);
  }

  /** LEB128. */
  private static byte[] unsigned(int value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int rest = value;
    while (rest > 0x7f) {
      out.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
    return out.toByteArray();
  }
}
