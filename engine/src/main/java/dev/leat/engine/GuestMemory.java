package dev.leat.engine;

/**
 * A guest's linear memory as the host sees it. The one way to follow a guest's pointer: each access
 * checks its whole range, unsigned, before it touches a byte, and throws {@link GuestStopped} of
 * reason {@code TRAPPED} when the range is not inside the memory. Little-endian. Confined to the
 * thread that runs the guest.
 */
public interface GuestMemory {
  /** The present size in bytes. */
  long sizeBytes();

  /** A copy of {@code length} bytes at {@code pointer}. Both are unsigned 32-bit numbers. */
  byte[] read(int pointer, int length);

  /** UTF-8 text at {@code pointer}; malformed sequences become U+FFFD. */
  String readText(int pointer, int length);

  int readInt(int pointer);

  long readLong(int pointer);

  byte read(int pointer);

  void write(int pointer, byte[] source, int offset, int length);

  void writeI32(int pointer, int value);

  void writeShort(int pointer, short value);

  void writeLong(int pointer, long value);

  void writeByte(int pointer, byte value);
}
