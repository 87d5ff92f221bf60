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
 * understand it refuses; what it understands and leaves alone is the parser's to check. It keeps no
 * more than its own bounds allow: a part that breaks one is a finding and is not walked further.
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

  /** Debuggers' sections are about ten, and one each for names, producers and features. */
  private static final int CUSTOM_SECTIONS_MAX = 1_000;

  /** A base and an offset that are added take four. */
  private static final int CONSTANT_INSTRUCTIONS_MAX = 16;

  private static final int CUSTOM = 0;
  private static final int TYPE = 1;
  private static final int IMPORT = 2;
  private static final int FUNCTION = 3;
  private static final int TABLE = 4;
  private static final int MEMORY = 5;
  private static final int GLOBAL = 6;
  private static final int EXPORT = 7;
  private static final int START = 8;
  private static final int ELEMENT = 9;
  private static final int CODE = 10;
  private static final int DATA = 11;
  private static final int DATA_COUNT = 12;
  private static final int TAG = 13;

  /** The order that sections have, each at most once; custom ones may be anywhere. */
  private static final List<Integer> ORDER =
      List.of(
          TYPE,
          IMPORT,
          FUNCTION,
          TABLE,
          MEMORY,
          TAG,
          GLOBAL,
          EXPORT,
          START,
          ELEMENT,
          DATA_COUNT,
          CODE,
          DATA);

  private static final int FUNCTION_TYPE = 0x60;
  private static final int REFERENCE = 0x64;
  private static final int NULLABLE_REFERENCE = 0x63;

  private final byte[] module;
  private final ModuleBytes in;
  private final ModuleLimits limits;
  private final List<Finding> findings = new ArrayList<>();
  private Arity[] types = new Arity[0];

  /** The type of each function, imported ones first. */
  private int[] functionTypes = new int[0];

  private int customSections;
  private long memories;
  private long declaredBytes;
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
   * @throws ModuleRefused naming every bound that the module breaks, as far as it can be told
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
    return scan.need.withDeclarations(scan.declaredBytes);
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
    int latest = -1;
    while (!in.isAtEnd()) {
      int id = in.next();
      int end = in.length() + in.at();
      if (id != CUSTOM) {
        int place = ORDER.indexOf(id);
        if (place <= latest) {
          throw new Malformed(
              "The section of the id %d is unknown, repeated or out of order".formatted(id));
        }
        latest = place;
      }
      section(id, end);
      in.moveTo(end);
    }
  }

  private void section(int id, int end) {
    switch (id) {
      case CUSTOM -> custom(end);
      case TYPE -> types();
      case IMPORT -> imports();
      case FUNCTION -> functions();
      case TABLE -> tables();
      case MEMORY -> memories();
      case GLOBAL -> globals();
      case EXPORT -> exports();
      case ELEMENT -> elements();
      case CODE -> code(end);
      case DATA -> data();
      case TAG -> add("byte " + in.at(), "Exception handling (tags) is not supported");
      default -> {}
    }
  }

  private void custom(int end) {
    if (in.length() > end - in.at()) {
      throw new Malformed("A custom section's name is longer than the section");
    }
    customSections++;
    if (customSections > CUSTOM_SECTIONS_MAX) {
      throw new Malformed(
          "The module has more than %d custom sections".formatted(CUSTOM_SECTIONS_MAX));
    }
    declaredBytes += CompileNeed.NAMED_BYTES;
  }

  private void types() {
    int types = count("types", TYPES_MAX);
    this.types = new Arity[types];
    for (int i = 0; i < types; i++) {
      if (in.next() != FUNCTION_TYPE) {
        throw new Malformed(
            "Only function types are supported, no structs or arrays (garbage collection)");
      }
      int parameters = valueTypes("parameters", PARAMETERS_MAX);
      int results = findings.isEmpty() ? valueTypes("results", RESULTS_MAX) : 0;
      if (!findings.isEmpty()) {
        return;
      }
      this.types[i] = new Arity(parameters, results);
      declaredBytes += CompileNeed.NAMED_BYTES + CompileNeed.VALUE_BYTES * (parameters + results);
    }
  }

  private int valueTypes(String what, int max) {
    int count = count(what, max);
    for (int i = 0; i < count; i++) {
      valueType();
    }
    return count;
  }

  private void valueType() {
    int type = in.next();
    if (type == REFERENCE || type == NULLABLE_REFERENCE) {
      in.leb(5);
    }
  }

  private void imports() {
    int imports = count("imports", IMPORTS_MAX);
    int[] functions = new int[imports];
    int count = 0;
    for (int i = 0; i < imports; i++) {
      int start = in.at();
      in.skip(in.number());
      in.skip(in.number());
      if (in.at() == start + 2) {
        add("import " + i, "An import without a module and a name is offered by no host");
      }
      switch (in.next()) {
        case 0 -> functions[count++] = (int) in.number();
        case 1 -> {
          valueType();
          limits();
        }
        case 2 -> {
          memories++;
          limits();
        }
        case 3 -> {
          valueType();
          in.next();
        }
        default -> throw new Malformed("Imports of this kind are not supported");
      }
    }
    declaredBytes += CompileNeed.NAMED_BYTES * imports;
    functionTypes = Arrays.copyOf(functions, count);
  }

  private void limits() {
    int flags = in.next();
    in.leb(10);
    if ((flags & 1) != 0) {
      in.leb(10);
    }
  }

  private void functions() {
    int functions = count("functions", limits.functions());
    int imported = functionTypes.length;
    functionTypes = Arrays.copyOf(functionTypes, imported + functions);
    for (int i = 0; i < functions; i++) {
      functionTypes[imported + i] = (int) in.number();
    }
  }

  private void tables() {
    int tables = count("tables", limits.tables());
    for (int i = 0; i < tables; i++) {
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
    long defined = in.number();
    memories += defined;
    if (defined == 1) {
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
    if (memories > 1) {
      add("byte " + in.at(), "A module may have one memory; this one has " + memories);
    }
  }

  private void globals() {
    int globals = count("globals", limits.globals());
    for (int i = 0; i < globals; i++) {
      valueType();
      in.next();
      constant();
    }
    declaredBytes += CompileNeed.NAMED_BYTES * globals;
  }

  private void exports() {
    int exports = count("exports", EXPORTS_MAX);
    for (int i = 0; i < exports; i++) {
      in.skip(in.number());
      in.next();
      in.number();
    }
    declaredBytes += CompileNeed.NAMED_BYTES * exports;
  }

  /** The eight forms of Wasm Core 2.0, 5.5.12, told apart by three bits. */
  private void elements() {
    int segments = count("element segments", limits.segments());
    long total = 0;
    for (int i = 0; i < segments; i++) {
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
      total += entries;
      if (!check("entries of all element segments", total, limits.tableEntries(), "")) {
        return;
      }
      for (long entry = 0; entry < entries; entry++) {
        if (hasExpressions) {
          constant();
        } else {
          in.number();
        }
      }
    }
    declaredBytes += CompileNeed.NAMED_BYTES * segments + CompileNeed.ENTRY_BYTES * total;
  }

  private void data() {
    int segments = count("data segments", limits.segments());
    long bytes = 0;
    for (int i = 0; i < segments; i++) {
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
    declaredBytes += CompileNeed.NAMED_BYTES * segments;
  }

  /** A constant expression up to its end (Wasm Core 2.0, 3.3.10; and extended constants). */
  private void constant() {
    for (int i = 0; i <= CONSTANT_INSTRUCTIONS_MAX; i++) {
      declaredBytes += CompileNeed.CONSTANT_BYTES;
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
    throw new Malformed(
        "A constant expression has more than %d instructions".formatted(CONSTANT_INSTRUCTIONS_MAX));
  }

  private void code(int end) {
    check("code", end - in.at(), CODE_BYTES_MAX, "bytes of code");
    int functions = count("functions", limits.functions());
    CodeScan scan = new CodeScan(in, types, functionTypes, limits.branchTargets());
    long totalLocals = 0;
    for (int i = 0; i < functions; i++) {
      if (in.at() >= end) {
        throw new Malformed("The code section is truncated");
      }
      int size = in.length();
      int bodyEnd = in.at() + size;
      check("body of function " + i, size, limits.bodyBytes(), "bytes");
      long locals = locals(bodyEnd);
      check("locals of function " + i, locals, limits.locals(), "");
      totalLocals += locals;
      if (findings.isEmpty()) {
        int defined = functionTypes.length - functions + i;
        scan.body(i, defined, (int) locals, bodyEnd).ifPresent(this::add);
      }
      in.moveTo(bodyEnd);
    }
    check("locals of all functions", totalLocals, limits.totalLocals(), "");
    declaredBytes += CompileNeed.LOCAL_BYTES * totalLocals;
    need = scan.need(module.length, functions);
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

  /** How many parts follow; none, if there are more than allowed, so that they are not walked. */
  private int count(String what, int allowed) {
    long count = in.number();
    return check(what, count, allowed, "") ? (int) count : 0;
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
