package dev.leat.tenants;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A token bucket in one number, so that taking allocates nothing. Tokens come evenly, and are
 * numbered as they come; those that nobody took while the bucket was full are skipped. A token may
 * be taken up to {@code burst} numbers ahead of those that have come.
 */
final class LocalRate implements Rate {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final long perSecond;
  private final long burst;
  private final LongSupplier nanoTime;
  private final long madeNanos;

  /** The number of the last token that was taken or skipped. */
  private final AtomicLong last = new AtomicLong();

  /**
   * @param perSecond 1 to 1,000,000: the numbers last for 290,000 years
   */
  LocalRate(long perSecond, long burst, LongSupplier nanoTime) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.nanoTime = nanoTime;
    this.madeNanos = nanoTime.getAsLong();
  }

  @Override
  public boolean tryTake() {
    long come = come();
    long before;
    long next;
    do {
      before = last.get();
      next = Math.max(before, come) + 1;
      if (next - come > burst) {
        return false;
      }
    } while (!last.compareAndSet(before, next));
    return true;
  }

  @Override
  public void giveBack() {
    last.decrementAndGet();
  }

  @Override
  public long left() {
    return Math.clamp(burst - (last.get() - come()), 0, burst);
  }

  @Override
  public long waitNanos() {
    long needed = last.get() + 1 - burst;
    long seconds = needed / perSecond;
    long rest = (needed % perSecond * SECOND + perSecond - 1) / perSecond;
    return Math.max(0, seconds * SECOND + rest - (nanoTime.getAsLong() - madeNanos));
  }

  /** How many tokens have come since it was made. */
  private long come() {
    long nanos = nanoTime.getAsLong() - madeNanos;
    return nanos / SECOND * perSecond + nanos % SECOND * perSecond / SECOND;
  }
}
