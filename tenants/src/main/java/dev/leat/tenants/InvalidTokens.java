package dev.leat.tenants;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many invalid tokens each address has sent lately. Telling that a token is invalid costs about
 * 0.2 ms of an event loop, so an address that sends too many is asked to wait before another of its
 * tokens is looked at. Tokens that were found good are not affected. Safe for several threads.
 */
final class InvalidTokens {
  /** What a script with an old token, or an office behind one address, may send at once. */
  static final int BURST = 100;

  /** 20 times 0.2 ms: an address takes 0.4 % of an event loop. */
  static final int PER_SECOND = 20;

  /** About 300 bytes each: 3 MB. The least useful one makes room for another. */
  static final int ADDRESSES_MAX = 10_000;

  private static final Bandwidth BANDWIDTH =
      Bandwidth.builder().capacity(BURST).refillGreedy(PER_SECOND, Duration.ofSeconds(1)).build();

  private final NanoMeter clock;
  private final Cache<String, Bucket> byAddress =
      Caffeine.newBuilder().maximumSize(ADDRESSES_MAX).executor(Runnable::run).build();

  /**
   * @param nanoTime a clock that never steps, as {@link System#nanoTime} is
   */
  InvalidTokens(LongSupplier nanoTime) {
    this.clock = new NanoMeter(nanoTime);
  }

  /** Whether a token from this address is to be looked at. */
  boolean mayTry(String address) {
    @Nullable Bucket bucket = byAddress.getIfPresent(address);
    return bucket == null || bucket.getAvailableTokens() > 0;
  }

  /** A token from this address was invalid. */
  void sent(String address) {
    byAddress.get(address, key -> bucket()).tryConsume(1);
  }

  private Bucket bucket() {
    return Bucket.builder().addLimit(BANDWIDTH).withCustomTimePrecision(clock).build();
  }
}
