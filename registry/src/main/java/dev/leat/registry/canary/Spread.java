package dev.leat.registry.canary;

import java.util.Arrays;

/**
 * How numbers of 0 and more are spread: how many fall into each of {@link #BUCKETS} buckets, eight
 * for each power of two, so a bucket is an eighth wide at most. Does not change.
 */
final class Spread {
  /** Up to 2^48: nine years in microseconds. What is more counts as that. */
  static final int BUCKETS = 368;

  static final Spread NONE = new Spread(new long[BUCKETS]);

  private final long[] counts;
  private final long total;

  private Spread(long[] counts) {
    this.counts = counts;
    this.total = Arrays.stream(counts).sum();
  }

  /**
   * @param counts by bucket; copied
   */
  static Spread of(long[] counts) {
    if (counts.length != BUCKETS) {
      throw new IllegalArgumentException("A spread has " + BUCKETS + " buckets");
    }
    return new Spread(counts.clone());
  }

  static int bucket(long value) {
    if (value < 8) {
      return (int) Math.max(0, value);
    }
    int exponent = 63 - Long.numberOfLeadingZeros(value);
    int bucket = (exponent - 2) * 8 + (int) (value >>> (exponent - 3) & 7);
    return Math.min(bucket, BUCKETS - 1);
  }

  /** The first number of a bucket. */
  static long first(int bucket) {
    return bucket < 8 ? bucket : (8L + bucket % 8) << (bucket / 8 - 1);
  }

  long total() {
    return total;
  }

  long count(int bucket) {
    return counts[bucket];
  }

  /** How many fall into a bucket above this number's. */
  long above(double value) {
    long above = 0;
    for (int i = bucket((long) value) + 1; i < BUCKETS; i++) {
      above += counts[i];
    }
    return above;
  }

  /**
   * The number that this part of all do not exceed, to a bucket's width; 0 where there are none.
   */
  double quantile(double part) {
    double wanted = part * total;
    long below = 0;
    for (int i = 0; i < BUCKETS; i++) {
      if (counts[i] > 0 && below + counts[i] >= wanted) {
        double within = (wanted - below) / counts[i];
        return first(i) + within * (first(i + 1) - first(i));
      }
      below += counts[i];
    }
    return 0;
  }

  Spread plus(Spread other) {
    long[] sum = counts.clone();
    for (int i = 0; i < BUCKETS; i++) {
      sum[i] += other.counts[i];
    }
    return new Spread(sum);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Spread spread && Arrays.equals(counts, spread.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }
}
