package dev.leat.contract;

import java.time.Duration;

/**
 * What one invocation of a function may use at the most.
 *
 * @param fuel units of the engine's deterministic instruction budget, at least 1
 * @param memoryBytes the guest's linear memory, 64 KiB to 1 GiB; used in whole pages of 64 KiB
 * @param timeout wall-clock time from the start of the guest, 1 ms to 5 minutes
 * @param requestBytes the request's body, 0 to 64 MiB
 * @param responseBytes the response's body, 0 to 64 MiB
 */
public record Limits(
    long fuel, long memoryBytes, Duration timeout, long requestBytes, long responseBytes) {
  public static final int PAGE_BYTES = 65_536;
  public static final long MEMORY_BYTES_MAX = 1L << 30;
  public static final long BODY_BYTES_MAX = 64L << 20;

  /** The largest module, as a file. */
  public static final int MODULE_BYTES_MAX = 32 << 20;

  public static final Duration TIMEOUT_MAX = Duration.ofMinutes(5);

  /** What a manifest that names no limits gets; the fuel lasts at least as long as the time. */
  public static final Limits DEFAULT =
      new Limits(100_000_000_000L, 64L << 20, Duration.ofSeconds(5), 1L << 20, 1L << 20);

  public Limits {
    require("fuel", fuel, 1, Long.MAX_VALUE);
    require("memoryBytes", memoryBytes, PAGE_BYTES, MEMORY_BYTES_MAX);
    require("timeoutMillis", timeout.toMillis(), 1, TIMEOUT_MAX.toMillis());
    require("requestBytes", requestBytes, 0, BODY_BYTES_MAX);
    require("responseBytes", responseBytes, 0, BODY_BYTES_MAX);
  }

  /** The memory limit in whole pages of 64 KiB, rounded down. */
  public int memoryPages() {
    return (int) (memoryBytes / PAGE_BYTES);
  }

  private static void require(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(what + " must be " + min + "-" + max + ", was " + value);
    }
  }
}
