package dev.leat.worker.capability.metrics;

import static org.assertj.core.api.Assertions.assertThat;

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
    IntStream.range(0, names).forEach(i -> metrics.record(function, "name" + i, 1));
  }

  private void delete(FunctionRef function) {
    deleted.add(function);
    metrics.removed(function);
  }

  @Test
  void record_sumsAndCounts() {
    metrics.record(MASK, "masked", 1.5);
    metrics.record(MASK, "masked", -0.5);
    metrics.record(MASK, "a:b_c.d/e-1", 3);

    assertThat(metrics.recorded())
        .containsExactlyInAnyOrder(
            new Recorded(MASK, "masked", 2, 1.0), new Recorded(MASK, "a:b_c.d/e-1", 1, 3.0));
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
    metrics.record(MASK, name, 1);

    assertThat(metrics.recorded()).isEmpty();
    assertThat(metrics.dropped(Drop.INVALID)).isEqualTo(1);
  }

  @Test
  void record_longNameOrNoNumber_isDropped() {
    metrics.record(MASK, "a".repeat(GuestMetrics.NAME_MAX), 1);
    metrics.record(MASK, "a".repeat(GuestMetrics.NAME_MAX + 1), 1);
    metrics.record(MASK, "a", Double.NaN);
    metrics.record(MASK, "a", Double.NEGATIVE_INFINITY);

    assertThat(metrics.recorded()).hasSize(1);
    assertThat(metrics.dropped(Drop.INVALID)).isEqualTo(3);
  }

  @Test
  void record_pastTheNamesOfAFunction_isDropped() {
    record(MASK, 1_000);
    record(MASK, 1_000);

    assertThat(metrics.recorded())
        .hasSize(GuestMetrics.NAMES_PER_FUNCTION)
        .allSatisfy(recorded -> assertThat(recorded.count()).isEqualTo(2));
    assertThat(metrics.dropped(Drop.FUNCTION)).isEqualTo(2 * 900);
  }

  @Test
  void record_pastTheSeriesOfATenant_leavesOthersTheirs() {
    for (int f = 0; f < 7; f++) {
      record(function("acme", "f" + f), GuestMetrics.NAMES_PER_FUNCTION);
    }
    record(function("other", "f"), 1);

    assertThat(metrics.recorded()).hasSize(GuestMetrics.SERIES_PER_TENANT + 1);
    assertThat(metrics.dropped(Drop.TENANT)).isEqualTo(200);
  }

  @Test
  void record_pastTheSeriesOfTheNode_isDropped_untilOthersGo() {
    int tenants = GuestMetrics.SERIES / GuestMetrics.NAMES_PER_FUNCTION;
    for (int t = 0; t < tenants; t++) {
      record(function("t" + t, "f"), GuestMetrics.NAMES_PER_FUNCTION);
    }
    record(function("late", "f"), 3);
    assertThat(metrics.dropped(Drop.NODE)).isEqualTo(3);

    delete(function("t0", "f"));
    record(function("late", "f"), 3);

    assertThat(metrics.recorded())
        .hasSize(GuestMetrics.SERIES - GuestMetrics.NAMES_PER_FUNCTION + 3);
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
}
