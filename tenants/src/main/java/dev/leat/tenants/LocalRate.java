package dev.leat.tenants;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A token bucket in one number, so that taking allocates nothing. Any thread, without locks. */
final class LocalRate implements Rate {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final LongSupplier nanoTime;
  private volatile Bucket bucket;

  /**
   * @param perSecond 1 to 1,000,000: the numbers last for 290,000 years
   */
  LocalRate(long perSecond, long burst, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.bucket = new Bucket(perSecond, burst, burst, nanoTime);
  }

  @Override
  public boolean tryTake() {
    return bucket.tryTake();
  }

  @Override
  public void giveBack() {
    bucket.last.decrementAndGet();
  }

  @Override
  public long left() {
    return bucket.left();
  }

  @Override
  public long waitNanos() {
    return bucket.waitNanos();
  }

  /** Who takes one at this moment may take it of the bucket before. */
  @Override
  public void change(long perSecond, long burst) {
    Bucket before = bucket;
    if (before.perSecond != perSecond || before.burst != burst) {
      bucket = new Bucket(perSecond, burst, Math.min(before.left(), burst), nanoTime);
    }
  }

  /**
   * Tokens come evenly, and are numbered as they come; those that nobody took while the bucket was
   * full are skipped. A token may be taken up to {@code burst} numbers ahead of those that have
   * come.
   */
  private static final class Bucket {
    private final long perSecond;
    private final long burst;
    private final LongSupplier nanoTime;
    private final long madeNanos;

    /** The number of the last token that was taken or skipped. */
    private final AtomicLong last;

    Bucket(long perSecond, long burst, long left, LongSupplier nanoTime) {
      this.perSecond = perSecond;
      this.burst = burst;
      this.nanoTime = nanoTime;
      this.madeNanos = nanoTime.getAsLong();
      this.last = new AtomicLong(burst - left);
    }

    boolean tryTake() {
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

    long left() {
      return Math.clamp(burst - (last.get() - come()), 0, burst);
    }

    long waitNanos() {
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
}
