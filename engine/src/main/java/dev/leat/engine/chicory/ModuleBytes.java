package dev.leat.engine.chicory;

/**
 * A module's bytes, read in order (Wasm Core 2.0, 5.2). What is not well-formed ends the reading
 * with {@link Malformed}.
 */
final class ModuleBytes {
  private final byte[] module;
  private int at;

  ModuleBytes(byte[] module) {
    this.module = module;
  }

  int at() {
    return at;
  }

  void moveTo(int position) {
    at = position;
  }

  boolean isAtEnd() {
    return at >= module.length;
  }

  int next() {
    int b = peek();
    at++;
    return b;
  }

  int peek() {
    if (isAtEnd()) {
      throw new Malformed("The module is truncated");
    }
    return module[at] & 0xff;
  }

  void skip(long bytes) {
    if (bytes > module.length - at) {
      throw new Malformed("The module is truncated");
    }
    at += (int) bytes;
  }

  /** A length that must fit in what is left of the file. */
  int length() {
    long value = number();
    if (value > module.length - at) {
      throw new Malformed("The module is truncated: a part of it ends past the file's end");
    }
    return (int) value;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  long number() {
    return leb(5) & 0xffff_ffffL;
  }

  long leb(int bytesMax) {
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

  /** Ends the reading: what follows cannot be told. */
  static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    Malformed(String reason) {
      super(reason, null, false, false);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }
}
