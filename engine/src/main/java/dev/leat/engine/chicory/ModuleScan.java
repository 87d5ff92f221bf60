package dev.leat.engine.chicory;

import dev.leat.contract.Finding;
import dev.leat.engine.ModuleLimits;
import dev.leat.engine.ModuleRefused;
import dev.leat.engine.chicory.CodeScan.Arity;
import dev.leat.engine.chicory.ModuleBytes.Malformed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Walks a module's sections and counts, without building anything, so that a bound is known to hold
 * before a parser allocates by what the file claims (Wasm Core 2.0, 5.5). What it does not
 * understand it refuses; what it understands and leaves alone is the parser's to check.
 */
final class ModuleScan {
  private static final byte[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};

  // Bounds that no real module comes near, and which keep the parser and the compiler linear.
  private static final int TYPES_MAX = 1_000;

  private static final int CODE_BYTES_MAX = 6 << 20;

  private static final int PARAMETERS_MAX = 1_000;
  private static final int RESULTS_MAX = 32;
  private static final int IMPORTS_MAX = 1_000;
  private static final int EXPORTS_MAX = 10_000;
  private static final int FINDINGS_MAX = 20;

  private static final int TYPE = 1;
  private static final int IMPORT = 2;
  private static final int FUNCTION = 3;
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
  private final ModuleBytes in;
  private final ModuleLimits limits;
  private final List<Finding> findings = new ArrayList<>();
  private final List<Arity> types = new ArrayList<>();

  /** The type of each function, imported ones first. */
  private final List<Integer> functionTypes = new ArrayList<>();

  private CompileNeed need;

  private ModuleScan(byte[] module, ModuleLimits limits) {
    this.module = module;
    this.in = new ModuleBytes(module);
    this.limits = limits;
    this.need = CompileNeed.withoutCode(module.length);
  }

  /**
   * What it takes to compile the module.
   *
   * @throws ModuleRefused naming every bound that the module breaks
   */
  static CompileNeed check(byte[] module, ModuleLimits limits) {
    ModuleScan scan = new ModuleScan(module, limits);
    try {
      scan.run();
    } catch (Malformed e) {
      scan.add("byte " + scan.in.at(), e.reason());
    }
    if (!scan.findings.isEmpty()) {
      throw new ModuleRefused(scan.findings);
    }
    return scan.need;
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
    in.moveTo(HEADER.length);
    while (!in.isAtEnd()) {
      int id = in.next();
      int end = in.length() + in.at();
      section(id, end);
      in.moveTo(end);
    }
  }

  private void section(int id, int end) {
    switch (id) {
      case TYPE -> types();
      case IMPORT -> imports();
      case FUNCTION -> functions();
      case TABLE -> tables();
      case MEMORY -> memories();
      case GLOBAL -> globals();
      case EXPORT -> check("exports", in.number(), EXPORTS_MAX, "");
      case ELEMENT -> elements();
      case CODE -> code(end);
      case DATA -> data();
      case TAG -> add("byte " + in.at(), "Exception handling (tags) is not supported");
      default -> {}
    }
  }

  private void types() {
    long types = in.number();
    check("types", types, TYPES_MAX, "");
    for (long i = 0; i < types; i++) {
      if (in.next() != FUNCTION_TYPE) {
        throw new Malformed(
            "Only function types are supported, no structs or arrays (garbage collection)");
      }
      this.types.add(
          new Arity(valueTypes("parameters", PARAMETERS_MAX), valueTypes("results", RESULTS_MAX)));
    }
  }

  private int valueTypes(String what, int max) {
    long count = in.number();
    check(what, count, max, "");
    for (long i = 0; i < count; i++) {
      valueType();
    }
    return (int) count;
  }

  private void valueType() {
    int type = in.next();
    if (type == REFERENCE || type == NULLABLE_REFERENCE) {
      in.leb(5);
    }
  }

  private void imports() {
    long imports = in.number();
    if (check("imports", imports, IMPORTS_MAX, "")) {
      for (long i = 0; i < imports; i++) {
        in.skip(in.number());
        in.skip(in.number());
        imported(in.next());
      }
    }
  }

  private void imported(int kind) {
    switch (kind) {
      case 0 -> functionTypes.add((int) in.number());
      case 1 -> {
        valueType();
        limits();
      }
      case 2 -> limits();
      case 3 -> {
        valueType();
        in.next();
      }
      default -> throw new Malformed("Imports of kind " + kind + " are not supported");
    }
  }

  private void limits() {
    int flags = in.next();
    in.leb(10);
    if ((flags & 1) != 0) {
      in.leb(10);
    }
  }

  private void functions() {
    long functions = in.number();
    if (check("functions", functions, limits.functions(), "")) {
      for (long i = 0; i < functions; i++) {
        functionTypes.add((int) in.number());
      }
    }
  }

  private void tables() {
    long tables = in.number();
    check("tables", tables, limits.tables(), "");
    for (long i = 0; i < tables; i++) {
      if (in.peek() == 0x40) {
        throw new Malformed("A table with an initial value is not supported");
      }
      valueType();
      int flags = in.next();
      check("table entries", in.number(), limits.tableEntries(), "");
      if ((flags & 1) != 0) {
        in.leb(10);
      }
    }
  }

  private void memories() {
    long memories = in.number();
    if (memories > 1) {
      add("byte " + in.at(), "A module may define one memory; this one defines " + memories);
    } else if (memories == 1) {
      int flags = in.next();
      if ((flags & 2) != 0) {
        add("byte " + in.at(), "Shared memories are not supported");
      }
      if ((flags & 4) != 0) {
        add("byte " + in.at(), "64-bit memories are not supported");
      } else {
        check("memory pages", in.number(), limits.memoryPages(), "of 64 KiB");
      }
    }
  }

  private void globals() {
    long globals = in.number();
    check("globals", globals, limits.globals(), "");
    for (long i = 0; i < globals; i++) {
      valueType();
      in.next();
      constant();
    }
  }

  /** The eight forms of Wasm Core 2.0, 5.5.12, told apart by three bits. */
  private void elements() {
    long segments = in.number();
    check("element segments", segments, limits.segments(), "");
    for (long i = 0; i < segments; i++) {
      long flags = in.number();
      boolean isActive = (flags & 1) == 0;
      boolean isExplicit = (flags & 2) != 0;
      boolean hasExpressions = (flags & 4) != 0;
      if (isActive) {
        if (isExplicit) {
          in.number();
        }
        constant();
      }
      if (!isActive || isExplicit) {
        valueType();
      }
      long entries = in.number();
      check("entries of element segment " + i, entries, limits.tableEntries(), "");
      for (long entry = 0; entry < entries; entry++) {
        if (hasExpressions) {
          constant();
        } else {
          in.number();
        }
      }
    }
  }

  private void data() {
    long segments = in.number();
    check("data segments", segments, limits.segments(), "");
    long bytes = 0;
    for (long i = 0; i < segments; i++) {
      long mode = in.number();
      if (mode == 2) {
        in.number();
      }
      if (mode != 1) {
        constant();
      }
      int size = in.length();
      bytes += size;
      in.skip(size);
    }
    check("data of all segments", bytes, limits.dataBytes(), "bytes");
  }

  /** A constant expression up to its end (Wasm Core 2.0, 3.3.10; and extended constants). */
  private void constant() {
    while (true) {
      int opcode = in.next();
      switch (opcode) {
        case 0x0b -> {
          return;
        }
        case 0x23, 0x41, 0xd0, 0xd2 -> in.leb(5); // global.get, i32.const, ref.null, ref.func
        case 0x42 -> in.leb(10); // i64.const
        case 0x43 -> in.skip(4); // f32.const
        case 0x44 -> in.skip(8); // f64.const
        case 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e -> {} // add, sub, mul
        default -> throw new Malformed("A constant expression may not hold opcode " + opcode);
      }
    }
  }

  private void code(int end) {
    boolean isWithin = check("code", end - in.at(), CODE_BYTES_MAX, "bytes of code");
    long functions = in.number();
    isWithin &= check("functions", functions, limits.functions(), "");
    CodeScan scan = new CodeScan(in, types, functionTypes, limits.branchTargets());
    long totalLocals = 0;
    for (int i = 0; i < functions && in.at() < end; i++) {
      int size = in.length();
      int bodyEnd = in.at() + size;
      isWithin &= check("body of function " + i, size, limits.bodyBytes(), "bytes");
      long locals = locals(bodyEnd);
      isWithin &= check("locals of function " + i, locals, limits.locals(), "");
      totalLocals += locals;
      if (isWithin) {
        int defined = functionTypes.size() - (int) functions + i;
        scan.body(i, defined, (int) locals, bodyEnd).ifPresent(this::add);
      }
      in.moveTo(bodyEnd);
    }
    check("locals of all functions", totalLocals, limits.totalLocals(), "");
    need = scan.need(module.length, (int) functions);
  }

  private long locals(int bodyEnd) {
    long locals = 0;
    long groups = in.number();
    for (long group = 0; group < groups && in.at() < bodyEnd; group++) {
      locals += in.number();
      valueType();
    }
    return locals;
  }

  /** Whether the bound holds; if not, that is a finding. */
  private boolean check(String what, long value, long allowed, String unit) {
    if (value > allowed) {
      over(what, value, allowed, unit);
    }
    return value <= allowed;
  }

  private void over(String what, long value, long allowed, String unit) {
    add(
        what,
        "The module has %d %s, at most %d are allowed. Split the module or build it smaller."
            .formatted(value, unit.isEmpty() ? what : unit, allowed));
  }

  private void add(String where, String what) {
    add(new Finding(where, what));
  }

  private void add(Finding finding) {
    if (findings.size() < FINDINGS_MAX) {
      findings.add(finding);
    }
  }
}
