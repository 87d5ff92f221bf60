package dev.leat.bench;

import java.io.IOException;

/** A compute kernel loaded into one engine. Confined to one thread. */
interface Kernel extends AutoCloseable {
  /** Does the kernel's work so many times and says how long that took. */
  Timing run(int times) throws IOException;

  @Override
  default void close() throws IOException {}
}
