package dev.leat.node.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How often a duration was how long. Safe for several threads, which do not get in their way. */
final class Histogram {
  /** From a call that does next to nothing to one that fills most time limits. */
  private static final long[] BOUNDS_MICROS = {
    50,
    100,
    250,
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    60_000_000
  };

  private static final long NANOS_PER_MICRO = 1_000;

  private final LongAdder[] buckets =
      Stream.generate(LongAdder::new).limit(BOUNDS_MICROS.length + 1).toArray(LongAdder[]::new);
  private final LongAdder sumNanos = new LongAdder();
  private final AtomicReferenceArray<@Nullable Example> examples =
      new AtomicReferenceArray<>(BOUNDS_MICROS.length + 1);

  /** A duration that belongs to a trace which is kept. */
  record Example(String context, long nanos, long epochMillis) {}

  void record(long nanos) {
    count(nanos);
  }

  /**
   * @param context of the span that it belongs to, whose trace is kept: an example of its bucket
   */
  void record(long nanos, String context) {
    examples.set(count(nanos), new Example(context, nanos, System.currentTimeMillis()));
  }

  private int count(long nanos) {
    int bucket = 0;
    while (bucket < BOUNDS_MICROS.length && nanos > BOUNDS_MICROS[bucket] * NANOS_PER_MICRO) {
      bucket++;
    }
    buckets[bucket].increment();
    sumNanos.add(nanos);
    return bucket;
  }

  /** The last of each bucket that has one. */
  List<Example> examples() {
    List<Example> all = new ArrayList<>();
    for (int i = 0; i < examples.length(); i++) {
      Example example = examples.get(i);
      if (example != null) {
        all.add(example);
      }
    }
    return all;
  }

  /** The upper bounds in seconds; the last has none. */
  static double[] boundsSeconds() {
    return DoubleStream.concat(
            Arrays.stream(BOUNDS_MICROS).mapToDouble(micros -> micros / 1e6),
            DoubleStream.of(Double.POSITIVE_INFINITY))
        .toArray();
  }

  /** How many fell into each bucket, and not into the one before. */
  long[] counts() {
    return Arrays.stream(buckets).mapToLong(LongAdder::sum).toArray();
  }

  double sumSeconds() {
    return sumNanos.sum() / 1e9;
  }
}
