package dev.leat.node.metrics;

import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** Figures of one part of the node, read from where they are kept. Safe for several threads. */
@FunctionalInterface
public interface MetricSource {
  /** As they are now. */
  List<MetricSnapshot> read();
}
