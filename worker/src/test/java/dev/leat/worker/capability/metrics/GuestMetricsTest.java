package dev.leat.worker.capability.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.worker.capability.metrics.GuestMetrics.Drop;
import dev.leat.worker.capability.metrics.GuestMetrics.Recorded;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What guests record is summed exactly, and bounded whatever they record. */
final class GuestMetricsTest {
  private static final FunctionRef MASK = function("acme", "mask");

  private final Set<FunctionRef> deleted = new HashSet<>();
  private final GuestMetrics metrics = new GuestMetrics(function -> !deleted.contains(function));

  @AfterEach
  void seriesAreBounded() {
    assertThat(metrics.recorded()).hasSizeLessThanOrEqualTo(GuestMetrics.SERIES);
  }

  private static FunctionRef function(String tenant, String name) {
    return new FunctionRef(new TenantId(tenant), new FunctionName(name));
  }

  private void record(FunctionRef function, int names) {
    IntStream.range(0, names).forEach(i -> record(function, "name" + i, 1));
  }

  private void record(FunctionRef function, String name, double value) {
    metrics.record(function, MetricKind.SUMMARY, name, MetricTags.NONE, value);
  }

  private void record(MetricKind kind, String tags, double... values) {
    for (double value : values) {
      metrics.record(MASK, kind, "m", MetricTags.read(tags).orElse(null), value);
    }
  }

  private Recorded only() {
    assertThat(metrics.recorded()).hasSize(1);
    return metrics.recorded().getFirst();
  }

  private void delete(FunctionRef function) {
    deleted.add(function);
    metrics.removed(function);
  }

  @Test
  void record_sumsAndCounts() {
    record(MASK, "masked", 1.5);
    record(MASK, "masked", -0.5);
    record(MASK, "a:b_c.d/e-1", 3);

    assertThat(metrics.recorded())
        .extracting(Recorded::name, Recorded::count, Recorded::value)
        .containsExactlyInAnyOrder(tuple("masked", 2L, 1.0), tuple("a:b_c.d/e-1", 1L, 3.0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1st",
        "a b",
        "a\"b",
        "a\nb",
        "a\\b",
        "ä",
        "a\u202eb",
        "-a",
        "a{b}",
        "\0"
      })
  void record_aNameThatIsNone_isDropped(String name) {
    record(MASK, name, 1);

    assertThat(metrics.recorded()).isEmpty();
    assertThat(metrics.dropped(Drop.INVALID)).isEqualTo(1);
  }

  @Test
  void record_longNameOrNoNumber_isDropped() {
    record(MASK, "a".repeat(GuestMetrics.NAME_MAX), 1);
    record(MASK, "a".repeat(GuestMetrics.NAME_MAX + 1), 1);
    record(MASK, "a", Double.NaN);
    record(MASK, "a", Double.NEGATIVE_INFINITY);

    assertThat(metrics.recorded()).hasSize(1);
    assertThat(metrics.dropped(Drop.INVALID)).isEqualTo(3);
  }

  @Test
  void record_pastTheNamesOfAFunction_isDropped() {
    record(MASK, 1_000);
    record(MASK, 1_000);

    assertThat(metrics.recorded())
        .hasSize(GuestMetrics.SERIES_PER_FUNCTION)
        .allSatisfy(recorded -> assertThat(recorded.count()).isEqualTo(2));
    assertThat(metrics.dropped(Drop.FUNCTION)).isEqualTo(2 * 900);
  }

  @Test
  void record_pastTheSeriesOfATenant_leavesOthersTheirs() {
    for (int f = 0; f < 7; f++) {
      record(function("acme", "f" + f), GuestMetrics.SERIES_PER_FUNCTION);
    }
    record(function("other", "f"), 1);

    assertThat(metrics.recorded()).hasSize(GuestMetrics.SERIES_PER_TENANT + 1);
    assertThat(metrics.dropped(Drop.TENANT)).isEqualTo(200);
  }

  @Test
  void record_pastTheSeriesOfTheNode_isDropped_untilOthersGo() {
    int tenants = GuestMetrics.SERIES / GuestMetrics.SERIES_PER_FUNCTION;
    for (int t = 0; t < tenants; t++) {
      record(function("t" + t, "f"), GuestMetrics.SERIES_PER_FUNCTION);
    }
    record(function("late", "f"), 3);
    assertThat(metrics.dropped(Drop.NODE)).isEqualTo(3);

    delete(function("t0", "f"));
    record(function("late", "f"), 3);

    assertThat(metrics.recorded())
        .hasSize(GuestMetrics.SERIES - GuestMetrics.SERIES_PER_FUNCTION + 3);
    assertThat(metrics.tenants()).isEqualTo(tenants);
  }

  @Test
  void removed_itsSeriesGo_andARunThatIsLateBringsNoneBack() {
    record(MASK, 5);

    delete(MASK);
    record(MASK, 5);

    assertThat(metrics.recorded()).isEmpty();
    assertThat(metrics.tenants()).isZero();
    assertThat(metrics.dropped(Drop.FUNCTION)).isZero();
  }

  @Test
  void removed_oneVersionOfSeveral_keepsTheSeries() {
    record(MASK, 5);

    metrics.removed(MASK); // it is deployed still

    assertThat(metrics.recorded()).hasSize(5);
  }

  @Test
  void counter_neverFalls() {
    record(MetricKind.COUNTER, "", 1, -1, 2.5);

    assertThat(only().value()).isEqualTo(3.5);
    assertThat(metrics.dropped(Drop.INVALID)).isEqualTo(1);
  }

  @Test
  void gauge_isTheLastValue() {
    record(MetricKind.GAUGE, "", 7, -2);

    assertThat(only().value()).isEqualTo(-2);
  }

  @Test
  void histogram_countsEachValueOnce_inTheFirstBoundThatItIsWithin() {
    record(MetricKind.HISTOGRAM, "", -1, 0.001, 0.002, 499, 501);

    assertThat(only().buckets())
        .containsExactly(2L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L, 1L);
    assertThat(only().value()).isEqualTo(999.003, within(1e-9));
  }

  @Test
  void timer_isOfMilliseconds_andKeepsSeconds() {
    record(MetricKind.TIMER, "", 250, -1);

    assertThat(only().value()).isEqualTo(0.25);
    assertThat(only().buckets().get(GuestMetrics.bounds().indexOf(.5))).isEqualTo(1);
    assertThat(metrics.dropped(Drop.INVALID)).isEqualTo(1);
  }

  @Test
  void tags_inAnyOrder_areOneSeries() {
    record(MetricKind.COUNTER, "{\"shop\": \"berlin\", \"vip\": true}", 1);
    record(MetricKind.COUNTER, "{\"vip\":\"true\",\"shop\":\"berlin\"}", 1);
    record(MetricKind.COUNTER, "{\"vip\":false,\"shop\":\"berlin\"}", 1);
    record(MetricKind.COUNTER, "", 1);
    record(MetricKind.GAUGE, "", 1);

    assertThat(metrics.recorded())
        .extracting(Recorded::kind, recorded -> recorded.tags().toString(), Recorded::value)
        .containsExactlyInAnyOrder(
            tuple(MetricKind.COUNTER, "{shop=berlin, vip=true}", 2.0),
            tuple(MetricKind.COUNTER, "{shop=berlin, vip=false}", 1.0),
            tuple(MetricKind.COUNTER, "{}", 1.0),
            tuple(MetricKind.GAUGE, "{}", 1.0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "shop",
        "[]",
        "{",
        "{} {}",
        "{\"a\": null}",
        "{\"a\": {}}",
        "{\"a\": 1, \"a\": 2}",
        "{\"\": 1}",
        "{\"1a\": 1}",
        "{\"a-b\": 1}",
        "{\"ä\": 1}",
        "{\"a\": \"\\n\"}",
        "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1}"
      })
  void tagsThatAreNone_areDropped(String tags) {
    record(MetricKind.COUNTER, tags, 1);

    assertThat(metrics.recorded()).isEmpty();
    assertThat(metrics.dropped(Drop.INVALID)).isEqualTo(1);
  }

  @Test
  void longTags_areDropped() {
    String name = "n".repeat(MetricTags.NAME_MAX);
    String value = "v".repeat(MetricTags.VALUE_MAX);
    record(MetricKind.COUNTER, "{\"%s\": \"%s\"}".formatted(name, value), 1);
    record(MetricKind.COUNTER, "{\"%sn\": \"%s\"}".formatted(name, value), 1);
    record(MetricKind.COUNTER, "{\"%s\": \"%sv\"}".formatted(name, value), 1);

    assertThat(metrics.recorded()).hasSize(1);
    assertThat(metrics.dropped(Drop.INVALID)).isEqualTo(2);
  }

  /** A histogram takes a page of lines where a counter takes two. */
  @Test
  void distributions_countAsEight() {
    for (int i = 0; i < GuestMetrics.SERIES_PER_FUNCTION; i++) {
      record(MetricKind.HISTOGRAM, "{\"i\": %d}".formatted(i), 1);
    }
    assertThat(metrics.recorded()).hasSize(GuestMetrics.SERIES_PER_FUNCTION / 8);
    assertThat(metrics.dropped(Drop.FUNCTION)).isEqualTo(88);

    delete(MASK);
    assertThat(metrics.tenants()).isZero();
  }
}
