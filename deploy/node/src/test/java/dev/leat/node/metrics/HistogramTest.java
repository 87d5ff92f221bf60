package dev.leat.node.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class HistogramTest {
  @Test
  void record_fallsIntoTheFirstBucketThatHoldsIt() {
    double[] bounds = Histogram.boundsSeconds();
    for (int i = 0; i < bounds.length - 1; i++) {
      Histogram histogram = new Histogram();
      long bound = Math.round(bounds[i] * 1e9);

      histogram.record(bound);
      histogram.record(bound + 1);

      long[] expected = new long[bounds.length];
      expected[i] = 1;
      expected[i + 1] = 1;
      assertThat(histogram.counts()).isEqualTo(expected);
      assertThat(histogram.sumSeconds()).isEqualTo((2 * bound + 1) / 1e9);
    }
  }

  @Test
  void bounds_rise() {
    double[] bounds = Histogram.boundsSeconds();

    assertThat(bounds).isSorted().doesNotHaveDuplicates();
    assertThat(bounds[bounds.length - 1]).isInfinite();
    assertThat(Arrays.stream(bounds).findFirst()).hasValue(0.00005);
  }
}
