package dev.leat.invocations.async;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.AsyncPolicy;
import dev.leat.testkit.Seed;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BackoffTest {
  private final Random random = Seed.orElse(20261127).random();
  private final Backoff backoff = new Backoff(random);

  @Test
  void after_isBetweenHalfAndAll_ofTwiceAsMuchEachTime_upToTheMost() {
    for (int attempt = 1; attempt <= 100; attempt++) {
      long whole = attempt > 9 ? 300_000 : Math.min(300_000, 1_000L << (attempt - 1));

      assertThat(backoff.after(attempt, AsyncPolicy.DEFAULT).toMillis())
          .isBetween(whole / 2, whole);
    }
  }

  @Test
  void notBegun_isAtLeastWhatWasAskedFor() {
    assertThat(backoff.notBegun(Duration.ofSeconds(3)))
        .isBetween(Duration.ofSeconds(3), Duration.ofSeconds(6));
    assertThat(backoff.notBegun(Duration.ZERO)).isPositive();
  }
}
