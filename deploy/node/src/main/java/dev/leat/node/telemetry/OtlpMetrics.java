package dev.leat.node.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The figures of {@code /metrics}, under the same names, as OpenTelemetry's exporter takes them.
 */
final class OtlpMetrics {
  private static final String UNIT = "1";

  private final Resource resource;
  private final long sinceEpochNanos;

  /**
   * @param sinceEpochNanos since when they count
   */
  OtlpMetrics(Resource resource, long sinceEpochNanos) {
    this.resource = resource;
    this.sinceEpochNanos = sinceEpochNanos;
  }

  List<MetricData> of(MetricSnapshots snapshots, long nowEpochNanos) {
    List<MetricData> all = new ArrayList<>();
    for (MetricSnapshot snapshot : snapshots) {
      metric(snapshot, nowEpochNanos).filter(metric -> !metric.isEmpty()).ifPresent(all::add);
    }
    return all;
  }

  private Optional<MetricData> metric(MetricSnapshot snapshot, long now) {
    String name = snapshot.getMetadata().getPrometheusName();
    String help = Optional.ofNullable(snapshot.getMetadata().getHelp()).orElse("");
    return switch (snapshot) {
      case CounterSnapshot counter ->
          Optional.of(
              new Metric(
                  resource, name + "_total", help, MetricDataType.DOUBLE_SUM, sum(counter, now)));
      case GaugeSnapshot gauge ->
          Optional.of(
              new Metric(resource, name, help, MetricDataType.DOUBLE_GAUGE, gauge(gauge, now)));
      case HistogramSnapshot histogram ->
          Optional.of(
              new Metric(
                  resource, name, help, MetricDataType.HISTOGRAM, histogram(histogram, now)));
      case SummarySnapshot summary ->
          Optional.of(
              new Metric(resource, name, help, MetricDataType.SUMMARY, summary(summary, now)));
      default -> Optional.empty();
    };
  }

  private SumData<DoublePointData> sum(CounterSnapshot counter, long now) {
    return SumData.createDoubleSumData(
        true,
        AggregationTemporality.CUMULATIVE,
        counter.getDataPoints().stream()
            .map(point ->
                DoublePointData.create(
                    sinceEpochNanos,
                    now,
                    attributes(point.getLabels()),
                    point.getValue(),
                    List.of()))
            .toList());
  }

  private GaugeData<DoublePointData> gauge(GaugeSnapshot gauge, long now) {
    return GaugeData.createDoubleGaugeData(
        gauge.getDataPoints().stream()
            .map(point ->
                DoublePointData.create(
                    sinceEpochNanos,
                    now,
                    attributes(point.getLabels()),
                    point.getValue(),
                    List.of()))
            .toList());
  }

  private HistogramData histogram(HistogramSnapshot histogram, long now) {
    return HistogramData.create(
        AggregationTemporality.CUMULATIVE,
        histogram.getDataPoints().stream().map(point -> point(point, now)).toList());
  }

  /** Without the last bound, which is infinite: it is meant. */
  private HistogramPointData point(HistogramDataPointSnapshot point, long now) {
    List<Double> bounds = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    point
        .getClassicBuckets()
        .forEach(bucket -> {
          if (Double.isFinite(bucket.getUpperBound())) {
            bounds.add(bucket.getUpperBound());
          }
          counts.add(bucket.getCount());
        });
    return HistogramPointData.create(
        sinceEpochNanos,
        now,
        attributes(point.getLabels()),
        point.getSum(),
        false,
        0,
        false,
        0,
        bounds,
        counts);
  }

  private SummaryData summary(SummarySnapshot summary, long now) {
    return SummaryData.create(
        summary.getDataPoints().stream()
            .map(point ->
                SummaryPointData.create(
                    sinceEpochNanos,
                    now,
                    attributes(point.getLabels()),
                    point.getCount(),
                    point.getSum(),
                    List.of()))
            .toList());
  }

  private static Attributes attributes(Labels labels) {
    AttributesBuilder attributes = Attributes.builder();
    labels.forEach(label -> attributes.put(label.getName(), label.getValue()));
    return attributes.build();
  }

  private record Metric(
      Resource resource, String name, String help, MetricDataType type, Data<?> data)
      implements MetricData {
    @Override
    public Resource getResource() {
      return resource;
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
      return OtlpSpan.SCOPE;
    }

    @Override
    public String getName() {
      return name;
    }

    @Override
    public String getDescription() {
      return help;
    }

    @Override
    public String getUnit() {
      return UNIT;
    }

    @Override
    public MetricDataType getType() {
      return type;
    }

    @Override
    public Data<?> getData() {
      return data;
    }
  }
}
