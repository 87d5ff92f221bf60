package dev.leat.worker.capability.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** What one series has come to. Safe for several threads. */
final class Total {
  /**
   * Upper bounds, from a millisecond to the longest call if values are seconds; what is larger
   * counts beyond the last.
   */
  static final List<Double> BOUNDS =
      List.of(.001, .005, .01, .05, .1, .5, 1., 5., 10., 50., 100., 500.);

  private final MetricKind kind;
  private final LongAdder count = new LongAdder();
  private final DoubleAdder sum = new DoubleAdder();
  private final LongAdder[] buckets;
  private volatile double last;

  Total(MetricKind kind) {
    this.kind = kind;
    boolean isDistribution = kind == MetricKind.HISTOGRAM || kind == MetricKind.TIMER;
    buckets = new LongAdder[isDistribution ? BOUNDS.size() + 1 : 0];
    Arrays.setAll(buckets, i -> new LongAdder());
  }

  /** Whether a series of this kind takes the value. */
  static boolean takes(MetricKind kind, double value) {
    return Double.isFinite(value)
        && (value >= 0 || (kind != MetricKind.COUNTER && kind != MetricKind.TIMER));
  }

  void add(double recorded) {
    double value = kind == MetricKind.TIMER ? recorded / 1_000 : recorded;
    if (kind == MetricKind.GAUGE) {
      last = value;
    } else {
      sum.add(value);
    }
    count.increment();
    if (buckets.length > 0) {
      int at = 0;
      while (at < BOUNDS.size() && value > BOUNDS.get(at)) {
        at++;
      }
      buckets[at].increment();
    }
  }

  long count() {
    return count.sum();
  }

  /** The sum; of a gauge the last value. */
  double value() {
    return kind == MetricKind.GAUGE ? last : sum.sum();
  }

  List<Long> buckets() {
    return Arrays.stream(buckets).map(LongAdder::sum).toList();
  }
}
