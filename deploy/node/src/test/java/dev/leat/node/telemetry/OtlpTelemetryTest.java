package dev.leat.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.TraceParent;
import dev.leat.node.Secret;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.TestCertificate;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What a collector gets, and that nothing waits for one that is not as it should be. */
@Timeout(60)
class OtlpTelemetryTest {
  private final Collector collector = Collector.start();

  @AfterEach
  void stop() {
    collector.close();
  }

  private static TelemetryConfig config(String url, String headers, boolean isAll) {
    return config(url, headers, "", isAll, Duration.ofSeconds(1));
  }

  private static TelemetryConfig config(
      String url, String headers, String authorities, boolean isAll, Duration timeout) {
    return new TelemetryConfig(
        url,
        new Secret(headers),
        new Secret(authorities),
        "",
        1,
        200,
        true,
        isAll,
        isAll,
        Duration.ofSeconds(1),
        timeout,
        "leat",
        Map.of("deployment.environment", "test"));
  }

  private static OtlpTelemetry started(TelemetryConfig config, MetricSnapshots metrics)
      throws IOException {
    OtlpTelemetry telemetry = new OtlpTelemetry(config, "node-1");
    telemetry.start(() -> metrics);
    return telemetry;
  }

  private static Span span(String name) {
    long now = System.nanoTime();
    return new Span(
        TraceParent.root(true),
        null,
        name,
        Span.Kind.SERVER,
        now - 5_000_000,
        now,
        Map.of("faas.name", "resize", "leat.fuel", 7L, "faas.coldstart", true),
        "timeout");
  }

  private static ExportCounts counts(Telemetry telemetry, String signal) {
    return telemetry.counts().stream()
        .filter(counts -> counts.signal().equals(signal))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void spans_comeWithAllThatTheySay_andTheHeadersOfTheFile() throws IOException {
    try (OtlpTelemetry telemetry =
        started(
            config(collector.url() + "/", "# secret\nauthorization = Bearer abc\n", false),
            MetricSnapshots.of())) {
      telemetry.tracing().ended(span("resize"));
      Eventually.holds("it comes", () -> !collector.spans.isEmpty());
      Eventually.holds("it is counted", () -> counts(telemetry, "traces").exported() == 1);
    }

    Collector.Received span = collector.spans.getFirst();
    assertThat(span.name()).isEqualTo("resize");
    assertThat(span.parent()).isEmpty();
    assertThat(span.span().getKind().name()).isEqualTo("SPAN_KIND_SERVER");
    assertThat(span.span().getStatus().getMessage()).isEqualTo("timeout");
    assertThat(span.attributes())
        .isEqualTo(
            Map.of(
                "faas.name",
                "resize",
                "leat.fuel",
                "7",
                "faas.coldstart",
                "true",
                "error.type",
                "timeout"));
    assertThat(span.span().getEndTimeUnixNano() - span.span().getStartTimeUnixNano())
        .isEqualTo(5_000_000);
    assertThat(Instant.ofEpochSecond(0, span.span().getEndTimeUnixNano()))
        .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
    assertThat(span.resource())
        .containsEntry("service.name", "leat")
        .containsEntry("service.instance.id", "node-1")
        .containsEntry("faas.instance", "node-1")
        .containsEntry("deployment.environment", "test");
    assertThat(collector.headers.getFirst().get("Authorization")).containsExactly("Bearer abc");
  }

  @Test
  void figures_haveTheNamesOfTheScrape() throws IOException {
    MetricSnapshots metrics =
        MetricSnapshots.of(
            CounterSnapshot.builder()
                .name("leat_things")
                .help("Things")
                .dataPoint(
                    CounterDataPointSnapshot.builder()
                        .value(3)
                        .labels(Labels.of("tenant", "acme"))
                        .build())
                .build(),
            GaugeSnapshot.builder()
                .name("leat_depth")
                .dataPoint(GaugeDataPointSnapshot.builder().value(4).build())
                .build(),
            HistogramSnapshot.builder()
                .name("leat_wait_seconds")
                .dataPoint(
                    HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(
                            ClassicHistogramBuckets.of(
                                new double[] {0.1, Double.POSITIVE_INFINITY}, new long[] {2, 1}))
                        .sum(1.5)
                        .build())
                .build());
    try (OtlpTelemetry telemetry = started(config(collector.url(), "", true), metrics)) {
      assertThat(telemetry.counts()).hasSize(3);
      Eventually.holds("they come", () -> collector.metrics.size() >= 3);
    }

    var counter = figure("leat_things_total");
    assertThat(counter.getSum().getIsMonotonic()).isTrue();
    assertThat(counter.getSum().getDataPoints(0).getAsDouble()).isEqualTo(3);
    assertThat(Collector.texts(counter.getSum().getDataPoints(0).getAttributesList()))
        .isEqualTo(Map.of("tenant", "acme"));
    assertThat(figure("leat_depth").getGauge().getDataPoints(0).getAsDouble()).isEqualTo(4);
    var histogram = figure("leat_wait_seconds").getHistogram().getDataPoints(0);
    assertThat(histogram.getBucketCountsList()).containsExactly(2L, 1L);
    assertThat(histogram.getExplicitBoundsList()).containsExactly(0.1);
    assertThat(histogram.getCount()).isEqualTo(3);
  }

  private Metric figure(String name) {
    return collector.metrics.stream()
        .filter(metric -> metric.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void lines_comeWithTheirFields_guestsApart() throws IOException {
    try (OtlpTelemetry telemetry =
        started(config(collector.url(), "", true), MetricSnapshots.of())) {
      LoggerFactory.getLogger("leat.guest")
          .warn(
              "request={} trace={} span={} text=\"{}\"",
              "r-1",
              "0af7651916cd43dd8448eb211c80319c",
              "b7ad6b7169203331",
              "by a guest");
      LoggerFactory.getLogger("dev.leat.Test").warn("It happened request={}", "r-2");
      Eventually.holds("both come", () -> !collector.lines("dev.leat.Test").isEmpty());
      assertThat(telemetry.counts()).hasSize(3);
    }

    var guest = collector.lines("leat.guest").getFirst();
    assertThat(guest.getBody().getStringValue()).isEqualTo("by a guest");
    assertThat(guest.getSeverityText()).isEqualTo("WARN");
    assertThat(HexFormat.of().formatHex(guest.getSpanId().toByteArray()))
        .isEqualTo("b7ad6b7169203331");
    var own = collector.lines("dev.leat.Test").getFirst();
    assertThat(own.getBody().getStringValue()).isEqualTo("It happened");
    assertThat(Collector.texts(own.getAttributesList())).containsEntry("request", "r-2");
  }

  /** At once, as each that fails is tried again for seconds. */
  @Test
  void tls_goesToACollectorThatIsTrusted_andToNoOther(@TempDir Path directory) throws Exception {
    TestCertificate known = TestCertificate.of(directory, "known", "dns:localhost");
    TestCertificate stranger = TestCertificate.of(directory, "stranger", "dns:localhost");
    TestCertificate misnamed = TestCertificate.of(directory, "misnamed", "dns:elsewhere");
    try (Collector trusted = Collector.startTls(known.context());
        Collector impostor = Collector.startTls(stranger.context());
        Collector wrong = Collector.startTls(misnamed.context());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Boolean> toKnown = threads.submit(() -> sent(trusted, known.pem()));
      Future<Boolean> toImpostor = threads.submit(() -> sent(impostor, known.pem()));
      Future<Boolean> toMisnamed = threads.submit(() -> sent(wrong, misnamed.pem()));
      Future<Boolean> toUnknown = threads.submit(() -> sent(trusted, ""));

      assertThat(toKnown.get()).isTrue();
      assertThat(toImpostor.get()).isFalse();
      assertThat(toMisnamed.get()).isFalse();
      assertThat(toUnknown.get()).as("nobody of the JDK's vouches for it").isFalse();
      assertThat(trusted.spans).hasSize(1);
      assertThat(impostor.requests).hasValue(0);
      assertThat(wrong.requests).hasValue(0);
    }
  }

  private static boolean sent(Collector to, String authorities) throws IOException {
    OtlpTelemetry telemetry =
        started(
            config(to.url(), "", authorities, false, Duration.ofSeconds(20)), MetricSnapshots.of());
    try (telemetry) {
      telemetry.tracing().ended(span("one"));
      ExportCounts counts = counts(telemetry, "traces");
      Eventually.holds("it is decided", () -> counts.exported() + counts.failed() == 1);
      return counts.exported() == 1;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 429, 500})
  void refused_isCounted_andWhatComesLaterGoes(int status) throws IOException {
    collector.status = status;
    try (OtlpTelemetry telemetry =
        started(config(collector.url(), "", false), MetricSnapshots.of())) {
      telemetry.tracing().ended(span("first"));
      Eventually.holds("it failed", () -> counts(telemetry, "traces").failed() == 1);
      collector.status = 200;
      telemetry.tracing().ended(span("second"));
      Eventually.holds("the second goes", () -> counts(telemetry, "traces").exported() == 1);
    }

    assertThat(collector.spans).extracting(Collector.Received::name).contains("second");
  }

  @Test
  void away_isCounted_andNothingWaits() throws IOException {
    String url = collector.url();
    collector.close();
    try (OtlpTelemetry telemetry = started(config(url, "", false), MetricSnapshots.of())) {
      telemetry.tracing().ended(span("lost"));
      Eventually.holds("it failed", () -> counts(telemetry, "traces").failed() == 1);
    }
  }

  @Test
  void slow_dropsWhatTheQueueDoesNotHold_andNothingWaits() throws IOException {
    collector.gate = new CountDownLatch(1);
    OtlpTelemetry telemetry = started(config(collector.url(), "", false), MetricSnapshots.of());
    try {
      Span span = span("one of many");
      telemetry.tracing().ended(span);
      Eventually.holds("one is under way", () -> collector.requests.get() > 0);

      for (int i = 0; i < Outbox.QUEUED_MAX * 2; i++) {
        telemetry.tracing().ended(span);
      }

      assertThat(counts(telemetry, "traces").dropped()).isPositive();
    } finally {
      collector.gate.countDown();
      telemetry.close();
    }
  }

  @Test
  void signals_thatAreOff_areNotSent() throws IOException {
    try (OtlpTelemetry telemetry =
        started(config(collector.url(), "", false), MetricSnapshots.of())) {
      LoggerFactory.getLogger("dev.leat.Test").warn("Not sent");
      telemetry.tracing().ended(span("sent"));
      Eventually.holds("the span comes", () -> !collector.spans.isEmpty());
    }

    assertThat(collector.logs).isEmpty();
    assertThat(List.of(collector.metrics)).containsExactly(List.of());
  }
}
