package dev.leat.worker.capability.metrics;

/** What a series of a guest's metric tells. */
public enum MetricKind {
  /** Sum and count of values that may be negative. */
  SUMMARY(1),
  /** A sum that never falls. */
  COUNTER(1),
  /** The value that was recorded last on this node. */
  GAUGE(1),
  /** How often values fell within each bound. */
  HISTOGRAM(8),
  /** The same of times, recorded in milliseconds and kept in seconds. */
  TIMER(8);

  private final int weight;

  MetricKind(int weight) {
    this.weight = weight;
  }

  /** As how many series it counts, by its lines at {@code /metrics}: two each. */
  int weight() {
    return weight;
  }
}
