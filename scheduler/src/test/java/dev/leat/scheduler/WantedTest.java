package dev.leat.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionVersion;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WantedTest {
  private static final FunctionVersion VERSION = TestVersions.version("f");

  private final Wanted wanted = new Wanted();
  private long now = Long.MAX_VALUE - Duration.ofSeconds(100).toNanos(); // a clock may wrap

  @Test
  void busy_growsAtOnce_withRoom() {
    assertThat(after(0, 4)).isEqualTo(5);
    assertThat(after(1, 6.1)).isEqualTo(8);
  }

  @Test
  void less_shrinksAfterAMinute_toTheMostOfThatTime() {
    after(0, 8);

    assertThat(after(1, 0)).isEqualTo(10);
    assertThat(after(29, 4)).isEqualTo(10);
    assertThat(after(30, 2)).isEqualTo(10);
    assertThat(after(1, 1)).isEqualTo(5);
    assertThat(after(29, 1)).isEqualTo(5);
    assertThat(after(61, 1)).isEqualTo(2);
    assertThat(after(61, 0)).isZero();
  }

  @Test
  void asMuchAgain_beginsTheMinuteAnew() {
    after(0, 8);
    after(50, 1);
    after(9, 8);

    assertThat(after(50, 1)).isEqualTo(10);
  }

  @Test
  void hardlyBusy_isNotAssigned_exceptForItsMinimum() {
    assertThat(after(0, 0.4)).isZero();
    assertThat(wanted.at(now, Map.of(VERSION, 0.4), Map.of(VERSION, 3)))
        .containsExactly(Map.entry(VERSION, 3));
  }

  @Test
  void takenOver_doesNotShrinkAtOnce() {
    wanted.begin(VERSION, 7, now);

    assertThat(after(59, 0)).isEqualTo(7);
    assertThat(after(2, 0)).isZero();
  }

  private int after(int seconds, double busy) {
    now += Duration.ofSeconds(seconds).toNanos();
    return wanted.at(now, Map.of(VERSION, busy), Map.of()).getOrDefault(VERSION, 0);
  }
}
