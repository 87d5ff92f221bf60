package dev.leat.invocations.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.leat.contract.Answer;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.testkit.Seed;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CronTimesTest {
  private static final String BERLIN = "Europe/Berlin";

  /** Clocks go from 02:00+01:00 to 03:00+02:00. */
  private static final String BEFORE_SPRING = "2026-03-28T12:00";

  /** Clocks go from 03:00+02:00 to 02:00+01:00. */
  private static final String BEFORE_AUTUMN = "2026-10-24T12:00";

  @Test
  void after_clocksPutForward_aTimeThatDoesNotExistIsLeftOut() {
    assertThat(next("30 2 * * *", BERLIN, BEFORE_SPRING, 2))
        .containsExactly("2026-03-30T02:30+02:00", "2026-03-31T02:30+02:00");
    assertThat(next("0 3 * * *", BERLIN, BEFORE_SPRING, 1))
        .containsExactly("2026-03-29T03:00+02:00");
    assertThat(next("*/30 * * * *", BERLIN, "2026-03-29T01:00", 3))
        .containsExactly(
            "2026-03-29T01:30+01:00", "2026-03-29T03:00+02:00", "2026-03-29T03:30+02:00");
    assertThat(next("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00", 1))
        .as("midnight does not exist there on the 24th")
        .containsExactly("2026-04-25T00:00+03:00");
  }

  @Test
  void after_clocksPutBack_onceADayStaysOnceADay() {
    assertThat(next("30 2 * * *", BERLIN, BEFORE_AUTUMN, 2))
        .containsExactly("2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00");
    assertThat(next("0 */2 * * *", BERLIN, "2026-10-25T00:30", 2))
        .containsExactly("2026-10-25T02:00+02:00", "2026-10-25T04:00+01:00");
  }

  @Test
  void after_clocksPutBack_whatComesEachHourComesInBoth() {
    assertThat(next("0 * * * *", BERLIN, "2026-10-25T01:30", 3))
        .containsExactly(
            "2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00", "2026-10-25T03:00+01:00");
    assertThat(next("15,45 2 * * *", BERLIN, BEFORE_AUTUMN, 5))
        .as("several times in an hour, too")
        .containsExactly(
            "2026-10-25T02:15+02:00",
            "2026-10-25T02:45+02:00",
            "2026-10-25T02:15+01:00",
            "2026-10-25T02:45+01:00",
            "2026-10-26T02:15+01:00");
  }

  @Test
  void after_twoDaysGiven_eitherIsEnough() {
    assertThat(next("0 0 13 * 5", "UTC", "2026-04-01T12:00", 3))
        .containsExactly("2026-04-03T00:00Z", "2026-04-10T00:00Z", "2026-04-13T00:00Z");
  }

  @Test
  void after_leapDay_isFoundYearsAhead() {
    assertThat(next("0 0 29 2 *", "UTC", "2096-03-01T00:00", 1))
        .containsExactly("2104-02-29T00:00Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *"})
  void after_noSuchDay_isNever(String cron) {
    assertThat(times(cron, "UTC").after(Instant.EPOCH)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 13 *",
        "* * * * 8",
        "*/0 * * * *",
        "*/61 * * * *",
        "10-5 * * * *",
        "-1 * * * *",
        "@daily",
        "@reboot",
        "0 0 L * *",
        "0 0 15W * *",
        "0 0 * * 1#2",
        "0 0 ? * *",
        "1-100000 * * * *",
        "99999999999999999999 * * * *",
        "a * * * *",
        "* * * * *; rm",
        "\0 * * * *",
        "* * * * *\0",
        "1|2 * * * *",
        "|| * * * *",
        "||",
        "* * * * * || * * * * *",
        "\uFF11 * * * *",
        "1\t* * * *",
        " ",
        ",",
        ", , , , ,",
        "/ / / / /",
        "- - - - -",
        "1- * * * *",
        "*/ * * * *",
        "1,,2 * * * *"
      })
  void of_whatCronDoesNotKnow_isRefused(String cron) {
    assertThat(CronTimes.of(cron, "UTC"))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused -> {
              assertThat(refused.problem().code()).isEqualTo(ProblemCode.INVALID_REQUEST);
              assertThat(refused.problem().detail()).contains("'*/5 * * * *'");
            });
  }

  /** Made of what cron knows, in any order: an answer, never an exception. */
  @Test
  void of_anything_isAnswered() {
    Seed seed = Seed.orElse(16);
    Random random = seed.random();
    List<String> parts = List.of("*", ",", "/", "-", " ", "0", "5", "59", "MON", "L", "W", "jan");
    for (int i = 0; i < 3_000; i++) {
      StringBuilder cron = new StringBuilder();
      for (int left = 1 + random.nextInt(14); left > 0; left--) {
        cron.append(parts.get(random.nextInt(parts.size()))).append(left % 3 == 0 ? " " : "");
      }
      assertThatCode(() -> CronTimes.of(cron.toString(), "UTC"))
          .as("'%s', %s", cron, seed)
          .doesNotThrowAnyException();
    }
  }

  @Test
  void of_tooLong_isRefused() {
    String cron = "0," + "1,".repeat(CronTimes.CHARS_MAX) + "2 * * * *";

    assertThat(CronTimes.of(cron, "UTC")).isInstanceOf(Answer.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Europe/Berlim", "../UTC", "+25:00", "europe/berlin"})
  void of_unknownZone_isRefused(String zone) {
    assertThat(CronTimes.of("* * * * *", zone)).isInstanceOf(Answer.Refused.class);
  }

  /** What the library says, beside a look at each minute, around changes of clocks. */
  @Test
  void after_anything_isTheNextMinuteThatFits() {
    Seed seed = Seed.orElse(15);
    Random random = seed.random();
    List<String> zones = List.of(BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC");
    List<String> days = List.of("2026-03-28T20:00", "2026-10-24T20:00", "2026-04-04T10:00");
    for (int i = 0; i < 60; i++) {
      ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
      int minute = random.nextInt(60);
      int other = random.nextInt(60);
      String cron = minute + "," + other + " * * * *";
      Instant from =
          LocalDateTime.parse(days.get(random.nextInt(days.size())))
              .atZone(zone)
              .plusMinutes(random.nextInt(600))
              .toInstant();

      List<Instant> fitting =
          Stream.iterate(from.plus(Duration.ofMinutes(1)), at -> at.plus(Duration.ofMinutes(1)))
              .filter(at -> List.of(minute, other).contains(at.atZone(zone).getMinute()))
              .limit(20)
              .toList();

      assertThat(times(cron, zone.getId()).after(from, 20))
          .as("%s in %s from %s, %s", cron, zone, from, seed)
          .isEqualTo(fitting);
    }
  }

  private static List<String> next(String cron, String zone, String from, int count) {
    Instant at = LocalDateTime.parse(from).atZone(ZoneId.of(zone)).toInstant();
    return times(cron, zone).after(at, count).stream()
        .map(it -> it.atZone(ZoneId.of(zone)))
        .map(ZonedDateTime::toOffsetDateTime)
        .map(Object::toString)
        .toList();
  }

  static CronTimes times(String cron, String zone) {
    return switch (CronTimes.of(cron, zone)) {
      case Answer.Done<CronTimes>(CronTimes times) -> times;
      case Answer.Refused<CronTimes>(Problem problem) ->
          throw new AssertionError(Optional.of(problem));
    };
  }
}
