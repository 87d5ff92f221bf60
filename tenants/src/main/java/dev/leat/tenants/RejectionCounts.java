package dev.leat.tenants;

import java.util.concurrent.atomic.LongAdder;

/**
 * How many requests each quota has turned away. Safe for several threads.
 *
 * @param isShared whether several tenants are counted here
 */
record RejectionCounts(boolean isShared, LongAdder byRate, LongAdder byConcurrency) {
  RejectionCounts(boolean isShared) {
    this(isShared, new LongAdder(), new LongAdder());
  }

  void add(RejectionCounts others) {
    byRate.add(others.byRate.sum());
    byConcurrency.add(others.byConcurrency.sum());
  }
}
