package dev.leat.registry.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.leat.testkit.Seed;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

final class SpreadTest {
  private static final Seed SEED = Seed.orElse(7);

  @Test
  void bucket_holdsItsNumbers_andIsAnEighthWideAtMost() {
    Random random = SEED.random();
    for (int i = 0; i < 100_000; i++) {
      long value = random.nextLong() >>> (17 + random.nextInt(47));
      int bucket = Spread.bucket(value);

      assertThat(Spread.first(bucket)).as("%s; %s", value, SEED).isLessThanOrEqualTo(value);
      assertThat(Spread.first(bucket + 1)).as("%s; %s", value, SEED).isGreaterThan(value);
      assertThat(Spread.first(bucket + 1) - Spread.first(bucket))
          .isLessThanOrEqualTo(Math.max(1, value / 8));
    }
    assertThat(Spread.bucket(Long.MAX_VALUE)).isEqualTo(Spread.BUCKETS - 1);
    assertThat(Spread.bucket(-1)).isZero();
  }

  @Test
  void quantile_isThatOfTheNumbers_toABucketsWidth() {
    Random random = SEED.random();
    long[] values = random.longs(10_000, 100, 1_000_000).sorted().toArray();
    long[] counts = new long[Spread.BUCKETS];
    Arrays.stream(values).forEach(value -> counts[Spread.bucket(value)]++);
    Spread spread = Spread.of(counts);

    for (double part : new double[] {0.5, 0.95, 0.99}) {
      assertThat(spread.quantile(part))
          .as("%s; %s", part, SEED)
          .isCloseTo(values[(int) (part * values.length)], Percentage.withPercentage(12.5));
    }
    assertThat(Spread.NONE.quantile(0.5)).isCloseTo(0, within(0.0));
    assertThat(spread.plus(spread).total()).isEqualTo(20_000);
    assertThat(spread.above(1_100_000)).isZero();
    assertThat(spread.above(50)).isEqualTo(10_000);
  }
}
