package dev.leat.invocations.schedule;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.ProblemCode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The times that a cron expression says in a time zone: minute, hour, day of the month, month, day
 * of the week, as crontab(5) of Unix has them. Of two days that are both given either is enough.
 *
 * <p>Where clocks are put forward, times that do not exist are left out. Where they are put back, a
 * time of an expression that comes once in an hour at the most comes once, with the clock as it was
 * before, if it names its hours; others come in both hours. docs/guides/schedules.md has the table,
 * which the test holds.
 */
public final class CronTimes {
  /** The longest expression: the values of all fields, one by one, do not fit and need not. */
  public static final int CHARS_MAX = 100;

  /** The longest name of a time zone: those of the database of time zones have up to 32. */
  public static final int ZONE_CHARS_MAX = 64;

  /**
   * What crontab(5) needs. The library knows more: alternatives with '|', which are told nowhere,
   * and on which it stumbles, and any digit of Unicode.
   */
  private static final Pattern CHARS = Pattern.compile("[0-9A-Za-z*,/ -]+");

  private static final CronDefinition DEFINITION =
      CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX);

  private final ExecutionTime times;
  private final ZoneId zone;

  private CronTimes(ExecutionTime times, ZoneId zone) {
    this.times = times;
    this.zone = zone;
  }

  /**
   * Reads them.
   *
   * @param zone the name of a time zone, such as {@code Europe/Berlin} or {@code UTC}
   */
  public static Answer<CronTimes> of(String cron, String zone) {
    if (cron.length() > CHARS_MAX) {
      return invalid(
          "The cron expression must have at most %d characters, had %d."
              .formatted(CHARS_MAX, cron.length()));
    }
    if (!CHARS.matcher(cron).matches()) {
      return unreadable(cron, "it has another character than letters, digits, '*', ',', '-', '/'");
    }
    ZoneId where;
    try {
      where = ZoneId.of(zone);
    } catch (DateTimeException e) {
      return invalid(
          "There is no time zone '%s'. Name one such as Europe/Berlin or UTC."
              .formatted(Excerpt.of(zone)));
    }
    try {
      return Answer.done(new CronTimes(ExecutionTime.forCron(parsed(cron)), where));
    } catch (IllegalArgumentException e) {
      return unreadable(cron, reason(e));
    }
  }

  private static <T> Answer<T> unreadable(String cron, String reason) {
    return invalid(
        "The cron expression '%s' cannot be read: %s. Give minute, hour, day of the month, month, day of the week, such as '*/5 * * * *'."
            .formatted(Excerpt.of(cron), reason));
  }

  /** Of a parser of its own: it keeps nothing, and says nothing of threads. */
  private static com.cronutils.model.Cron parsed(String cron) {
    return new CronParser(DEFINITION).parse(cron).validate();
  }

  private static String reason(IllegalArgumentException failure) {
    Throwable last = failure.getCause() == null ? failure : failure.getCause();
    String message = String.valueOf(last.getMessage()).replaceAll("[.!]?$", "");
    return Excerpt.of(message);
  }

  private static <T> Answer<T> invalid(String detail) {
    return Answer.refused(ProblemCode.INVALID_REQUEST, detail);
  }

  /** The first one after this instant; empty if there is none any more. */
  public Optional<Instant> after(Instant instant) {
    Optional<ZonedDateTime> next = times.nextExecution(instant.atZone(zone));
    return next.map(ZonedDateTime::toInstant).filter(it -> it.isAfter(instant));
  }

  /** The first one at or after this instant. */
  Optional<Instant> from(Instant instant) {
    return after(instant.minusNanos(1));
  }

  /** The first ones after this instant, in their order. */
  public List<Instant> after(Instant instant, int count) {
    List<Instant> next = new ArrayList<>();
    Optional<Instant> at = after(instant);
    while (at.isPresent() && next.size() < count) {
      next.add(at.get());
      at = after(at.get());
    }
    return next;
  }
}
