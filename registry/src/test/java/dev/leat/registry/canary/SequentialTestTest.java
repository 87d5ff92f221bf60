package dev.leat.registry.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.testkit.Seed;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SequentialTestTest {
  private static final Seed SEED = Seed.orElse(11);

  /** Ville's inequality, with a look after each toss. */
  @Test
  void fairTosses_seldomConvince_howeverOftenOneLooks() {
    Random random = SEED.random();
    int convinced = 0;
    for (int run = 0; run < 2_000; run++) {
      int canary = 0;
      boolean isConvincing = false;
      for (int tosses = 1; tosses <= 500 && !isConvincing; tosses++) {
        canary += random.nextDouble() < 0.3 ? 1 : 0;
        isConvincing = SequentialTest.isConvincing(canary, tosses - canary, 0.3, 0.05);
      }
      convinced += isConvincing ? 1 : 0;
    }
    assertThat(convinced).as("of 2,000; %s", SEED).isLessThan(2_000 / 20);
  }

  @Test
  void evidence_growsWithTheCanarysPart_andIsNoneWithoutAny() {
    assertThat(SequentialTest.evidence(0, 0, 0.5)).isZero();
    assertThat(SequentialTest.evidence(20, 10, 0.5))
        .isGreaterThan(SequentialTest.evidence(15, 15, 0.5));
    assertThat(SequentialTest.evidence(10_000_000, 1, 0.5)).isFinite();
    assertThat(SequentialTest.evidence(10, 10, 0.5)).isNegative();
  }
}
