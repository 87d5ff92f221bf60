package dev.leat.engine.chicory;

import dev.leat.contract.Finding;
import dev.leat.engine.ModuleLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Walks a module's sections and counts, without building anything, so that a bound is known to hold
 * before a parser allocates by what the file claims (Wasm Core 2.0, 5.5). What it does not
 * understand it refuses; what it understands and leaves alone is the parser's to check.
 *
 * <p>Function bodies are walked no further than their locals.
 */
final class ModuleScan {
  private static final byte[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};

  // Bounds that no real module comes near, and which keep the parser and the compiler linear.
  private static final int TYPES_MAX = 1_000;

  /** Each byte may be an instruction, and a parsed instruction takes about 100 bytes of heap. */
  private static final int CODE_BYTES_MAX = 6 << 20;

  private static final int PARAMETERS_MAX = 1_000;
  private static final int RESULTS_MAX = 32;
  private static final int IMPORTS_MAX = 1_000;
  private static final int EXPORTS_MAX = 10_000;
  private static final int FINDINGS_MAX = 20;

  private static final int TYPE = 1;
  private static final int IMPORT = 2;
  private static final int TABLE = 4;
  private static final int MEMORY = 5;
  private static final int GLOBAL = 6;
  private static final int EXPORT = 7;
  private static final int ELEMENT = 9;
  private static final int CODE = 10;
  private static final int DATA = 11;
  private static final int TAG = 13;

  private static final int FUNCTION_TYPE = 0x60;
  private static final int REFERENCE = 0x64;
  private static final int NULLABLE_REFERENCE = 0x63;

  private final byte[] module;
  private final ModuleLimits limits;
  private final List<Finding> findings = new ArrayList<>();
  private int at;

  private ModuleScan(byte[] module, ModuleLimits limits) {
    this.module = module;
    this.limits = limits;
  }

  /** Every bound that the module breaks; empty when it keeps them all. */
  static List<Finding> findings(byte[] module, ModuleLimits limits) {
    ModuleScan scan = new ModuleScan(module, limits);
    try {
      scan.run();
    } catch (Malformed e) {
      scan.add("byte " + scan.at, e.reason);
    }
    return scan.findings;
  }

  private void run() {
    if (module.length > limits.moduleBytes()) {
      over("module size", module.length, limits.moduleBytes(), "bytes");
      return;
    }
    if (module.length < HEADER.length
        || !Arrays.equals(module, 0, HEADER.length, HEADER, 0, HEADER.length)) {
      throw new Malformed(
          "This is not a WebAssembly core module: it must start with the bytes 00 61 73 6d 01 00"
              + " 00 00");
    }
    at = HEADER.length;
    while (at < module.length) {
      int id = next();
      int end = length() + at;
      section(id, end);
      at = end;
    }
  }

  private void section(int id, int end) {
    switch (id) {
      case TYPE -> types();
      case IMPORT -> check("imports", number(), IMPORTS_MAX, "");
      case TABLE -> tables();
      case MEMORY -> memories();
      case GLOBAL -> globals();
      case EXPORT -> check("exports", number(), EXPORTS_MAX, "");
      case ELEMENT -> elements();
      case CODE -> code(end);
      case DATA -> data();
      case TAG -> add("byte " + at, "Exception handling (tags) is not supported");
      default -> {}
    }
  }

  private void types() {
    long types = number();
    check("types", types, TYPES_MAX, "");
    for (long i = 0; i < types; i++) {
      if (next() != FUNCTION_TYPE) {
        throw new Malformed(
            "Only function types are supported, no structs or arrays (garbage collection)");
      }
      valueTypes("parameters", PARAMETERS_MAX);
      valueTypes("results", RESULTS_MAX);
    }
  }

  private void valueTypes(String what, int max) {
    long count = number();
    check(what, count, max, "");
    for (long i = 0; i < count; i++) {
      valueType();
    }
  }

  private void valueType() {
    int type = next();
    if (type == REFERENCE || type == NULLABLE_REFERENCE) {
      leb(5);
    }
  }

  private void tables() {
    long tables = number();
    check("tables", tables, limits.tables(), "");
    for (long i = 0; i < tables; i++) {
      if (peek() == 0x40) {
        throw new Malformed("A table with an initial value is not supported");
      }
      valueType();
      int flags = next();
      check("table entries", number(), limits.tableEntries(), "");
      if ((flags & 1) != 0) {
        leb(10);
      }
    }
  }

  private void memories() {
    long memories = number();
    if (memories > 1) {
      add("byte " + at, "A module may define one memory; this one defines " + memories);
    } else if (memories == 1) {
      int flags = next();
      if ((flags & 2) != 0) {
        add("byte " + at, "Shared memories are not supported");
      }
      if ((flags & 4) != 0) {
        add("byte " + at, "64-bit memories are not supported");
      } else {
        check("memory pages", number(), limits.memoryPages(), "of 64 KiB");
      }
    }
  }

  private void globals() {
    long globals = number();
    check("globals", globals, limits.globals(), "");
    for (long i = 0; i < globals; i++) {
      valueType();
      next();
      constant();
    }
  }

  /** The eight forms of Wasm Core 2.0, 5.5.12, told apart by three bits. */
  private void elements() {
    long segments = number();
    check("element segments", segments, limits.segments(), "");
    for (long i = 0; i < segments; i++) {
      long flags = number();
      boolean isActive = (flags & 1) == 0;
      boolean isExplicit = (flags & 2) != 0;
      boolean hasExpressions = (flags & 4) != 0;
      if (isActive) {
        if (isExplicit) {
          number();
        }
        constant();
      }
      if (!isActive || isExplicit) {
        valueType();
      }
      long entries = number();
      check("entries of element segment " + i, entries, limits.tableEntries(), "");
      for (long entry = 0; entry < entries; entry++) {
        if (hasExpressions) {
          constant();
        } else {
          number();
        }
      }
    }
  }

  private void data() {
    long segments = number();
    check("data segments", segments, limits.segments(), "");
    for (long i = 0; i < segments; i++) {
      long mode = number();
      if (mode == 2) {
        number();
      }
      if (mode != 1) {
        constant();
      }
      int size = length();
      at += size;
    }
  }

  /** A constant expression up to its end (Wasm Core 2.0, 3.3.10; and extended constants). */
  private void constant() {
    while (true) {
      int opcode = next();
      switch (opcode) {
        case 0x0b -> {
          return;
        }
        case 0x23, 0x41, 0xd0, 0xd2 -> leb(5); // global.get, i32.const, ref.null, ref.func
        case 0x42 -> leb(10); // i64.const
        case 0x43 -> skip(4); // f32.const
        case 0x44 -> skip(8); // f64.const
        case 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e -> {} // add, sub, mul
        default -> throw new Malformed("A constant expression may not hold opcode " + opcode);
      }
    }
  }

  private void code(int end) {
    check("code", end - at, CODE_BYTES_MAX, "bytes of code");
    long functions = number();
    check("functions", functions, limits.functions(), "");
    long totalLocals = 0;
    for (long i = 0; i < functions && at < end; i++) {
      int size = length();
      int bodyEnd = at + size;
      check("body of function " + i, size, limits.bodyBytes(), "bytes");
      long locals = 0;
      long groups = number();
      for (long group = 0; group < groups && at < bodyEnd; group++) {
        locals += number();
        valueType();
      }
      check("locals of function " + i, locals, limits.locals(), "");
      totalLocals += locals;
      at = bodyEnd;
    }
    check("locals of all functions", totalLocals, limits.totalLocals(), "");
  }

  private void check(String what, long value, long allowed, String unit) {
    if (value > allowed) {
      over(what, value, allowed, unit);
    }
  }

  private void over(String what, long value, long allowed, String unit) {
    add(
        what,
        "The module has %d %s, at most %d are allowed. Split the module or build it smaller."
            .formatted(value, unit.isEmpty() ? what : unit, allowed));
  }

  private void add(String where, String what) {
    if (findings.size() < FINDINGS_MAX) {
      findings.add(new Finding(where, what));
    }
  }

  /** A length that must fit in what is left of the file. */
  private int length() {
    long value = number();
    if (value > module.length - at) {
      throw new Malformed("The module is truncated: a part of it ends past the file's end");
    }
    return (int) value;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  private long number() {
    return leb(5) & 0xffff_ffffL;
  }

  private long leb(int bytesMax) {
    long value = 0;
    for (int i = 0; i < bytesMax; i++) {
      int b = next();
      value |= (long) (b & 0x7f) << (7 * i);
      if ((b & 0x80) == 0) {
        return value;
      }
    }
    throw new Malformed("A number is longer than " + bytesMax + " bytes");
  }

  private void skip(int bytes) {
    for (int i = 0; i < bytes; i++) {
      next();
    }
  }

  private int next() {
    int b = peek();
    at++;
    return b;
  }

  private int peek() {
    if (at >= module.length) {
      throw new Malformed("The module is truncated");
    }
    return module[at] & 0xff;
  }

  /** Ends the walk: what follows cannot be told. */
  private static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    Malformed(String reason) {
      super(reason, null, false, false);
      this.reason = reason;
    }
  }
}
