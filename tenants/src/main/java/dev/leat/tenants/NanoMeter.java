package dev.leat.tenants;

import io.github.bucket4j.TimeMeter;
import java.util.function.LongSupplier;

/**
 * Bucket4j's clock.
 *
 * @param source a clock that never steps, as {@link System#nanoTime} is
 */
public record NanoMeter(LongSupplier source) implements TimeMeter {
  @Override
  public long currentTimeNanos() {
    return source.getAsLong();
  }

  @Override
  public boolean isWallClockBased() {
    return false;
  }
}
