package dev.leat.bench;

import java.io.ByteArrayOutputStream;

/** Changes modules for measurements. */
final class Modules {
  private static final int HEADER_BYTES = 8;
  private static final int MEMORY_SECTION = 5;

  private Modules() {}

  /** The module with a memory of so many pages of 64 KiB from the start, and no maximum. */
  static byte[] withMemory(byte[] module, int pages) {
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    changed.write(module, 0, HEADER_BYTES);
    int at = HEADER_BYTES;
    while (at < module.length) {
      int start = at;
      int id = module[at++];
      int size = 0;
      int shift = 0;
      int b;
      do {
        b = module[at++];
        size |= (b & 0x7f) << shift;
        shift += 7;
      } while ((b & 0x80) != 0);
      at += size;
      if (id == MEMORY_SECTION) {
        changed.writeBytes(
            new byte[] {
              MEMORY_SECTION, 4, 1, 0, (byte) (pages & 0x7f | 0x80), (byte) (pages >> 7)
            });
      } else {
        changed.write(module, start, at - start);
      }
    }
    return changed.toByteArray();
  }
}
