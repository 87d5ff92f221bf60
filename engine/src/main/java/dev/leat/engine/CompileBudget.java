package dev.leat.engine;

import dev.leat.contract.Setting;
import java.time.Duration;

/**
 * What compiling modules may take of a node.
 *
 * @param time that one module may take, from when it has begun; before that it waits as long at the
 *     most for others to end
 * @param heapBytes of the JVM's heap that the modules compiled at once may take together, at least
 *     1 MiB
 * @param atOnce modules compiled at once, at least 1
 */
public record CompileBudget(
    @Setting(
            key = "max-seconds",
            doc = "one module; and as long it waits for others, then 503",
            min = 1,
            max = 3_600,
            unit = Setting.Unit.SECONDS)
        Duration time,
    @Setting(
            key = "memory-mb",
            doc = "all modules that are compiled at once",
            standard = "an eighth of the heap",
            min = 1,
            max = 100_000,
            unit = Setting.Unit.MEBIBYTES)
        long heapBytes,
    int atOnce) {
  private static final Duration TIME = Duration.ofSeconds(30);

  /** Guests' memories take five eighths, request bodies one; one is left to the platform. */
  private static final int HEAP_SHARE = 8;

  public CompileBudget {
    if (time.isNegative() || heapBytes < 1 << 20 || atOnce < 1) {
      throw new IllegalArgumentException(
          "A compile budget needs a time, 1 MiB and 1 at once, was %s, %d bytes, %d"
              .formatted(time, heapBytes, atOnce));
    }
  }

  /** 30 s, an eighth of the heap in whole MiB, and all cores but one. */
  public static CompileBudget ofThisJvm() {
    Runtime jvm = Runtime.getRuntime();
    return new CompileBudget(
        TIME,
        Math.max(1, jvm.maxMemory() / HEAP_SHARE >> 20) << 20,
        Math.max(1, jvm.availableProcessors() - 1));
  }
}
