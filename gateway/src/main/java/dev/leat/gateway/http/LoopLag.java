package dev.leat.gateway.http;

import java.util.function.LongConsumer;

/**
 * By how much an event loop is behind: what is to happen at a time happens so much later. Confined
 * to the event loop.
 */
public final class LoopLag {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final long periodNanos;
  private final LongConsumer told;
  private long lastNanos;

  /**
   * @param periodMillis how often {@link #tick} is to be called
   * @param told of each lag, in nanoseconds
   */
  public LoopLag(long periodMillis, long nowNanos, LongConsumer told) {
    this.periodNanos = periodMillis * NANOS_PER_MILLI;
    this.lastNanos = nowNanos;
    this.told = told;
  }

  /** The timer has come. */
  public void tick(long nowNanos) {
    told.accept(Math.max(0, nowNanos - lastNanos - periodNanos));
    lastNanos = nowNanos;
  }
}
