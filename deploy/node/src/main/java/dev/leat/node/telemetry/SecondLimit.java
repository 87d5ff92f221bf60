package dev.leat.node.telemetry;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** So many of each second. Safe for several threads, none of which waits. */
final class SecondLimit {
  private static final int COUNT_BITS = 20;
  private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

  private final int most;
  private final LongSupplier nanoTime;

  /** The second, and how many it has had. */
  private final AtomicLong state = new AtomicLong();

  /**
   * @param most 1 to a million
   */
  SecondLimit(int most, LongSupplier nanoTime) {
    this.most = most;
    this.nanoTime = nanoTime;
  }

  /** Takes one of this second's; false if there are none left. */
  boolean take() {
    long second = Math.floorDiv(nanoTime.getAsLong(), TimeUnit.SECONDS.toNanos(1)) << COUNT_BITS;
    while (true) {
      long known = state.get();
      long had = (known & ~COUNT_MASK) == second ? known & COUNT_MASK : 0;
      if (had >= most) {
        return false;
      }
      if (state.compareAndSet(known, second | (had + 1))) {
        return true;
      }
    }
  }
}
