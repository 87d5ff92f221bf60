package dev.leat.engine.chicory;

import java.io.ByteArrayOutputStream;

/**
 * Takes the function bodies out of a valid module: what remains is enough to instantiate it once
 * its code is compiled. Each body becomes {@code unreachable}, which validates for every type.
 * Custom sections go too.
 */
final class ModuleStripper {
  private static final int HEADER = 8;
  private static final int CUSTOM = 0;
  private static final int CODE = 10;

  /** A size of 3, no locals, unreachable, end. */
  private static final byte[] EMPTY_BODY = {3, 0, 0, 0x0b};

  private final byte[] module;
  private int at = HEADER;

  private ModuleStripper(byte[] module) {
    this.module = module;
  }

  /**
   * @param module a module that was read and validated
   */
  static byte[] strip(byte[] module) {
    return new ModuleStripper(module).run();
  }

  private byte[] run() {
    ByteArrayOutputStream stripped = new ByteArrayOutputStream();
    stripped.write(module, 0, HEADER);
    while (at < module.length) {
      int start = at;
      int id = module[at++];
      int size = number();
      int end = at + size;
      if (id == CODE) {
        writeEmptyBodies(stripped, number());
      } else if (id != CUSTOM) {
        stripped.write(module, start, end - start);
      }
      at = end;
    }
    return stripped.toByteArray();
  }

  private static void writeEmptyBodies(ByteArrayOutputStream out, int count) {
    ByteArrayOutputStream bodies = new ByteArrayOutputStream();
    writeNumber(bodies, count);
    for (int i = 0; i < count; i++) {
      bodies.writeBytes(EMPTY_BODY);
    }
    out.write(CODE);
    writeNumber(out, bodies.size());
    out.writeBytes(bodies.toByteArray());
  }

  /** An unsigned LEB128 number; the module is valid, so it is well-formed. */
  private int number() {
    int value = 0;
    int shift = 0;
    int b;
    do {
      b = module[at++];
      value |= (b & 0x7f) << shift;
      shift += 7;
    } while ((b & 0x80) != 0);
    return value;
  }

  private static void writeNumber(ByteArrayOutputStream out, int value) {
    int rest = value;
    while (rest >= 0x80) {
      out.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }
}
