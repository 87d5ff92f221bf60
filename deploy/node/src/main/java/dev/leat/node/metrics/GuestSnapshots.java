package dev.leat.node.metrics;

import dev.leat.worker.capability.metrics.GuestMetrics;
import dev.leat.worker.capability.metrics.GuestMetrics.Recorded;
import dev.leat.worker.capability.metrics.MetricKind;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.List;
import java.util.stream.Stream;

/** What functions recorded, as metrics of one name for each kind; a tag becomes a label. */
final class GuestSnapshots {
  /** Before a tag's name, so that no guest speaks for another tenant or function. */
  private static final String TAG = "tag_";

  private static final List<Double> BOUNDS =
      Stream.concat(GuestMetrics.bounds().stream(), Stream.of(Double.POSITIVE_INFINITY)).toList();

  private final List<Recorded> recorded;

  GuestSnapshots(GuestMetrics metrics) {
    this.recorded = metrics.recorded();
  }

  /** Sum and count of each; a summary, since a guest's values may be negative. */
  SummarySnapshot summaries() {
    SummarySnapshot.Builder all =
        SummarySnapshot.builder().name("leat_guest_metric").help("What functions recorded");
    of(MetricKind.SUMMARY)
        .map(each ->
            SummaryDataPointSnapshot.builder()
                .count(each.count())
                .sum(each.value())
                .labels(labels(each))
                .build())
        .forEach(all::dataPoint);
    return all.build();
  }

  CounterSnapshot counters() {
    CounterSnapshot.Builder all =
        CounterSnapshot.builder().name("leat_guest_counter").help("What functions have counted");
    of(MetricKind.COUNTER)
        .map(each ->
            CounterDataPointSnapshot.builder().value(each.value()).labels(labels(each)).build())
        .forEach(all::dataPoint);
    return all.build();
  }

  GaugeSnapshot gauges() {
    GaugeSnapshot.Builder all =
        GaugeSnapshot.builder()
            .name("leat_guest_gauge")
            .help("What functions recorded last on this node");
    of(MetricKind.GAUGE)
        .map(each ->
            GaugeDataPointSnapshot.builder().value(each.value()).labels(labels(each)).build())
        .forEach(all::dataPoint);
    return all.build();
  }

  HistogramSnapshot histograms() {
    return distribution(
        MetricKind.HISTOGRAM, "leat_guest_histogram", "Values that functions recorded");
  }

  HistogramSnapshot timers() {
    return distribution(
        MetricKind.TIMER, "leat_guest_timer_seconds", "Times that functions recorded");
  }

  private HistogramSnapshot distribution(MetricKind kind, String name, String help) {
    HistogramSnapshot.Builder all = HistogramSnapshot.builder().name(name).help(help);
    of(kind)
        .map(each ->
            HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(ClassicHistogramBuckets.of(BOUNDS, each.buckets()))
                .sum(each.value())
                .labels(labels(each))
                .build())
        .forEach(all::dataPoint);
    return all.build();
  }

  private Stream<Recorded> of(MetricKind kind) {
    return recorded.stream().filter(each -> each.kind() == kind);
  }

  private static Labels labels(Recorded each) {
    Labels.Builder labels =
        Labels.builder()
            .label("tenant", each.function().tenant().value())
            .label("function", each.function().name().value())
            .label("name", each.name());
    each.tags().forEach((name, value) -> labels.label(TAG + name, value));
    return labels.build();
  }
}
