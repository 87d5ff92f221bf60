package dev.leat.engine.chicory;

import dev.leat.contract.Finding;
import dev.leat.engine.ModuleLimits;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks a module's sections and counts, without building anything, so that a bound is known to hold
 * before a parser allocates by what the file claims (Wasm Core 2.0, 5.5).
 */
final class ModuleScan {
  private static final int HEADER = 8;
  private static final int TABLE = 4;
  private static final int MEMORY = 5;
  private static final int GLOBAL = 6;
  private static final int ELEMENT = 9;
  private static final int CODE = 10;
  private static final int DATA = 11;
  private static final int TAG = 13;

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
    scan.run();
    return scan.findings;
  }

  private void run() {
    if (module.length > limits.moduleBytes()) {
      over("module size", module.length, limits.moduleBytes(), "bytes");
      return;
    }
    if (!isWasm()) {
      findings.add(
          new Finding(
              "byte 0",
              "This is not a WebAssembly core module: it must start with the bytes 00 61 73 6d 01 00"
                  + " 00 00"));
      return;
    }
    try {
      at = HEADER;
      while (at < module.length) {
        int id = module[at++];
        int size = length();
        int end = at + size;
        section(id, end);
        at = end;
      }
    } catch (Truncated e) {
      findings.add(new Finding("byte " + at, e.getMessage()));
    }
  }

  private boolean isWasm() {
    byte[] magic = {0, 'a', 's', 'm', 1, 0, 0, 0};
    return module.length >= HEADER && java.util.Arrays.equals(module, 0, HEADER, magic, 0, HEADER);
  }

  private void section(int id, int end) {
    switch (id) {
      case TABLE -> tables();
      case MEMORY -> memories();
      case GLOBAL -> check("globals", count(), limits.globals(), "");
      case ELEMENT -> check("element segments", count(), limits.segments(), "");
      case CODE -> code(end);
      case DATA -> check("data segments", count(), limits.segments(), "");
      case TAG ->
          findings.add(new Finding("byte " + at, "Exception handling (tags) is not supported"));
      default -> {}
    }
  }

  private void tables() {
    long tables = count();
    check("tables", tables, limits.tables(), "");
    for (long i = 0; i < Math.min(tables, limits.tables()); i++) {
      if ((peek() & 0xff) == 0x40) {
        return; // a table with an initialiser: its type comes later, the parser checks it
      }
      at++;
      int flags = next();
      check("table entries", number(), limits.tableEntries(), "");
      if ((flags & 1) != 0) {
        number();
      }
    }
  }

  private void memories() {
    long memories = count();
    if (memories > 1) {
      findings.add(
          new Finding(
              "byte " + at, "A module may define one memory; this one defines " + memories));
      return;
    }
    if (memories == 1) {
      int flags = next();
      if ((flags & 2) != 0) {
        findings.add(new Finding("byte " + at, "Shared memories are not supported"));
      }
      if ((flags & 4) != 0) {
        findings.add(new Finding("byte " + at, "64-bit memories are not supported"));
        return;
      }
      check("memory pages", number(), limits.memoryPages(), "of 64 KiB");
    }
  }

  private void code(int end) {
    long functions = count();
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
        at++;
      }
      check("locals of function " + i, locals, limits.locals(), "");
      totalLocals += locals;
      at = bodyEnd;
      if (findings.size() >= 20) {
        return;
      }
    }
    check("locals of all functions", totalLocals, limits.totalLocals(), "");
  }

  private void check(String what, long value, long allowed, String unit) {
    if (value > allowed) {
      over(what, value, allowed, unit);
    }
  }

  private void over(String what, long value, long allowed, String unit) {
    findings.add(
        new Finding(
            what,
            ("The module has %d %s, at most %d are allowed. Split the module or build it smaller.")
                .formatted(value, unit.isEmpty() ? what : unit, allowed)));
  }

  private long count() {
    return number();
  }

  /** A length that must fit in what is left of the file. */
  private int length() {
    long value = number();
    if (value > module.length - at) {
      throw new Truncated("The module is truncated: a section or body ends past the file's end");
    }
    return (int) value;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  private long number() {
    long value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int b = next();
      value |= (long) (b & 0x7f) << shift;
      if ((b & 0x80) == 0) {
        return value & 0xffffffffL;
      }
    }
    throw new Truncated("A number is longer than 5 bytes");
  }

  private int next() {
    int b = peek();
    at++;
    return b;
  }

  private int peek() {
    if (at >= module.length) {
      throw new Truncated("The module is truncated");
    }
    return module[at];
  }

  private static final class Truncated extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Truncated(String message) {
      super(message, null, false, false);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }
}
