package dev.leat.tenants;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/** How many requests each quota has turned away. Safe for several threads. */
final class RejectionCounts {
  private final boolean shared;
  private final Map<Quota, LongAdder> counts = new EnumMap<>(Quota.class);

  /**
   * @param shared whether several tenants are counted here
   */
  RejectionCounts(boolean shared) {
    this.shared = shared;
    Quota.OF_REQUESTS.forEach(quota -> counts.put(quota, new LongAdder()));
    Quota.OF_OUTBOUND.forEach(quota -> counts.put(quota, new LongAdder()));
    counts.put(Quota.CONTROL_REQUESTS_PER_SECOND, new LongAdder());
  }

  boolean isShared() {
    return shared;
  }

  /**
   * @param quota one of {@link Quota#OF_REQUESTS} or {@link Quota#OF_OUTBOUND}, or that of the
   *     control plane's
   */
  void count(Quota quota) {
    of(quota).increment();
  }

  void add(RejectionCounts others) {
    others.counts.forEach((quota, count) -> of(quota).add(count.sum()));
  }

  private LongAdder of(Quota quota) {
    return Objects.requireNonNull(counts.get(quota), quota::word);
  }

  /** Tells of each quota that has turned any away, and how many. */
  void forEach(BiConsumer<Quota, Long> told) {
    counts.forEach((quota, count) -> {
      long sum = count.sum();
      if (sum > 0) {
        told.accept(quota, sum);
      }
    });
  }
}
