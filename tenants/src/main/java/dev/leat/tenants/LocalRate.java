package dev.leat.tenants;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A token bucket in one number, so that taking allocates nothing. Any thread, without locks. */
final class LocalRate implements Rate {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final LongSupplier nanoTime;
  private volatile Bucket bucket;

  /**
   * @param limit of 1 to 10,000,000 tokens: the numbers last for 29,000 years
   */
  LocalRate(RateLimit limit, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.bucket = new Bucket(limit, limit.burst(), nanoTime);
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
  public void change(RateLimit limit) {
    Bucket before = bucket;
    if (!before.limit.equals(limit)) {
      bucket = new Bucket(limit, Math.min(before.left(), limit.burst()), nanoTime);
    }
  }

  /**
   * Tokens come evenly, and are numbered as they come; those that nobody took while the bucket was
   * full are skipped. A token may be taken up to {@code burst} numbers ahead of those that have
   * come.
   */
  private static final class Bucket {
    private final RateLimit limit;
    private final LongSupplier nanoTime;
    private final long madeNanos;

    /** What time is counted in, so that an hour's tokens times an hour are within 64 bits. */
    private final long tickNanos;

    private final long periodTicks;

    /** The number of the last token that was taken or skipped. */
    private final AtomicLong last;

    Bucket(RateLimit limit, long left, LongSupplier nanoTime) {
      this.limit = limit;
      this.nanoTime = nanoTime;
      this.madeNanos = nanoTime.getAsLong();
      this.tickNanos = limit.per().compareTo(SECOND) > 0 ? 1_000 : 1;
      this.periodTicks = limit.per().toNanos() / tickNanos;
      this.last = new AtomicLong(limit.burst() - left);
    }

    boolean tryTake() {
      long come = come();
      long before;
      long next;
      do {
        before = last.get();
        next = Math.max(before, come) + 1;
        if (next - come > limit.burst()) {
          return false;
        }
      } while (!last.compareAndSet(before, next));
      return true;
    }

    long left() {
      return Math.clamp(limit.burst() - (last.get() - come()), 0, limit.burst());
    }

    long waitNanos() {
      long needed = last.get() + 1 - limit.burst();
      long tokens = limit.tokens();
      long periods = needed / tokens;
      long rest = (needed % tokens * periodTicks + tokens - 1) / tokens;
      long due = (periods * periodTicks + rest) * tickNanos;
      return Math.max(0, due - (nanoTime.getAsLong() - madeNanos));
    }

    /** How many tokens have come since it was made. */
    private long come() {
      long ticks = (nanoTime.getAsLong() - madeNanos) / tickNanos;
      return ticks / periodTicks * limit.tokens()
          + ticks % periodTicks * limit.tokens() / periodTicks;
    }
  }
}
