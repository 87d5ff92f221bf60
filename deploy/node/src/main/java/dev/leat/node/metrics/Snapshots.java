package dev.leat.node.metrics;

import dev.leat.contract.trace.TraceParent;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;

/** Short words for the metrics that nearly all are: one number, or one for each label. */
final class Snapshots {
  private static final double NANOS_PER_SECOND = 1e9;

  private Snapshots() {}

  static HistogramSnapshot histogram(String name, String help, Histogram histogram) {
    return HistogramSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(
            HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(
                    ClassicHistogramBuckets.of(Histogram.boundsSeconds(), histogram.counts()))
                .sum(histogram.sumSeconds())
                .exemplars(exemplars(histogram))
                .build())
        .build();
  }

  private static Exemplars exemplars(Histogram histogram) {
    Exemplars.Builder all = Exemplars.builder();
    histogram
        .examples()
        .forEach(example ->
            all.exemplar(
                Exemplar.builder()
                    .value(example.nanos() / NANOS_PER_SECOND)
                    .traceId(TraceParent.traceId(example.context()))
                    .spanId(TraceParent.spanId(example.context()))
                    .timestampMillis(example.epochMillis())
                    .build()));
    return all.build();
  }

  static CounterSnapshot counter(String name, String help, double value) {
    return CounterSnapshot.builder().name(name).help(help).dataPoint(point(value)).build();
  }

  static GaugeSnapshot gauge(String name, String help, double value) {
    return GaugeSnapshot.builder().name(name).help(help).dataPoint(level(value)).build();
  }

  static CounterDataPointSnapshot point(double value, String... labels) {
    return CounterDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build();
  }

  static GaugeDataPointSnapshot level(double value, String... labels) {
    return GaugeDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build();
  }
}
