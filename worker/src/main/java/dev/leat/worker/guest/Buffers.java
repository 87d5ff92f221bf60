package dev.leat.worker.guest;

import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestStopped;
import java.io.OutputStream;

/** Bytes handed to a guest through its {@code allocate}, and those it hands back. */
final class Buffers {
  /** What a packed result of -1 means to a handler. */
  static final long FAILED = -1;

  private final GuestInstance instance;
  private final int allocate;

  Buffers(GuestInstance instance) {
    this.instance = instance;
    this.allocate = instance.function("allocate");
  }

  /** Copies the bytes to where the guest wants them; returns their pointer. */
  int give(byte[] bytes) {
    int pointer = room(bytes.length);
    instance.memory().write(pointer, bytes, 0, bytes.length);
    return pointer;
  }

  /** Where the guest wants so many bytes. */
  int room(int length) {
    int pointer = (int) instance.call(allocate, length);
    if (pointer == 0 && length > 0) {
      throw GuestStopped.trapped("allocate returned no memory for " + length + " bytes");
    }
    return pointer;
  }

  /** Writes to the guest's memory from this pointer on. */
  OutputStream at(int pointer) {
    return new OutputStream() {
      private int next = pointer;

      @Override
      public void write(byte[] bytes, int offset, int length) {
        instance.memory().write(next, bytes, offset, length);
        next += length;
      }

      @Override
      public void write(int b) {
        instance.memory().writeByte(next++, (byte) b);
      }
    };
  }

  /** The bytes of a packed result: pointer in the high half, length in the low. */
  byte[] take(long packed) {
    return instance.memory().read((int) (packed >>> 32), (int) packed);
  }

  static long length(long packed) {
    return packed & 0xffff_ffffL;
  }
}
