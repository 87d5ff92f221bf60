package dev.leat.invocations.schedule;

import static dev.leat.invocations.schedule.Plan.MISSED_MAX;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlanTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant LATER = NOON.plus(Duration.ofMinutes(149));
  private static final CronTimes EACH_HOUR = CronTimesTest.times("0 * * * *", "UTC");
  private static final CronTimes EACH_MINUTE = CronTimesTest.times("* * * * *", "UTC");

  @ParameterizedTest
  @EnumSource(MissedRuns.class)
  void of_inTime_isFiredOnce(MissedRuns policy) {
    Plan plan = Plan.of(EACH_HOUR, policy, NOON, NOON, MISSED_MAX);

    assertThat(plan).isEqualTo(plan(NOON.plus(Duration.ofHours(1)), 0, NOON));
  }

  @Test
  void of_missed_skip_nothingIsDone() {
    Plan plan = Plan.of(EACH_HOUR, MissedRuns.SKIP, NOON, LATER, MISSED_MAX);

    assertThat(plan.runs()).isEmpty();
    assertThat(plan.missed()).isEqualTo(3);
    assertThat(plan.firstMissed()).contains(NOON);
    assertThat(plan.nextAt()).contains(NOON.plus(Duration.ofHours(3)));
  }

  @Test
  void of_missed_once_oneIsForAll() {
    Plan plan = Plan.of(EACH_HOUR, MissedRuns.ONCE, NOON, LATER, MISSED_MAX);

    assertThat(plan.runs()).containsExactly(NOON);
    assertThat(plan.missed()).isEqualTo(2);
    assertThat(plan.nextAt()).contains(NOON.plus(Duration.ofHours(3)));
  }

  @Test
  void of_missed_all_eachIsFired() {
    Plan plan = Plan.of(EACH_HOUR, MissedRuns.ALL, NOON, LATER, MISSED_MAX);

    assertThat(plan)
        .isEqualTo(
            plan(
                NOON.plus(Duration.ofHours(3)),
                0,
                NOON,
                NOON.plus(Duration.ofHours(1)),
                NOON.plus(Duration.ofHours(2))));
  }

  @ParameterizedTest
  @EnumSource(MissedRuns.class)
  void of_missedForYears_isBounded(MissedRuns policy) {
    Instant now = NOON.plus(Duration.ofDays(3_650));

    Plan plan = Plan.of(EACH_MINUTE, policy, NOON, now, MISSED_MAX);

    assertThat(plan.runs().size() + plan.missed()).isEqualTo(MISSED_MAX);
    assertThat(plan.nextAt()).as("the first that is not missed").contains(now);
  }

  @Test
  void of_missed_all_noMoreAreLookedAtThanAsked() {
    Plan plan = Plan.of(EACH_HOUR, MissedRuns.ALL, NOON, LATER, 1);

    assertThat(plan).isEqualTo(plan(NOON.plus(Duration.ofHours(3)), 0, NOON));
  }

  private static Plan plan(Instant next, int missed, Instant... runs) {
    return new Plan(Stream.of(runs).toList(), missed, Optional.empty(), Optional.of(next));
  }
}
