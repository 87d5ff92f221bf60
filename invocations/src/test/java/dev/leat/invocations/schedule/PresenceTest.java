package dev.leat.invocations.schedule;

import static dev.leat.invocations.schedule.Presence.LATE_MAX;
import static dev.leat.invocations.schedule.Presence.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PresenceTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final Presence presence = new Presence();

  @Test
  void inTime_begun_isAMinuteBefore() {
    assertThat(presence.inTime(NOON)).isEqualTo(NOON.minus(PATIENCE));
  }

  @Test
  void inTime_aRoundTakesLong_isAsAtItsBegin() {
    presence.inTime(NOON);
    for (int second = 1; second <= 300; second++) {
      assertThat(presence.inTime(NOON.plusSeconds(second))).isEqualTo(NOON.minus(PATIENCE));
    }
    presence.allFired(NOON.plusSeconds(300));

    assertThat(presence.inTime(NOON.plusSeconds(301)))
        .isEqualTo(NOON.plusSeconds(300).minus(PATIENCE));
  }

  @Test
  void inTime_neverAllFired_nothingIsLaterThanItMayBe() {
    for (int second = 0; second <= 1_200; second++) {
      presence.inTime(NOON.plusSeconds(second));
    }

    assertThat(presence.inTime(NOON.plusSeconds(1_200)))
        .isEqualTo(NOON.plusSeconds(1_200).minus(LATE_MAX));
  }

  @Test
  void inTime_noRoundForLong_orAnotherNodeWasThere_isAsBegun() {
    presence.inTime(NOON);
    Instant later = NOON.plus(PATIENCE).plus(Duration.ofSeconds(1));
    assertThat(presence.inTime(later)).isEqualTo(later.minus(PATIENCE));

    presence.ended();
    Instant again = later.plusSeconds(30);
    assertThat(presence.inTime(again)).isEqualTo(again.minus(PATIENCE));
  }
}
