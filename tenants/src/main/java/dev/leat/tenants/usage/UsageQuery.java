package dev.leat.tenants.usage;

import dev.leat.contract.Answer;
import dev.leat.contract.FunctionName;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whose use is asked for, of which time.
 *
 * @param since the first minute, since 1970
 * @param until the minute after the last
 */
public record UsageQuery(
    TenantId tenant, Optional<FunctionName> function, By by, long since, long until) {
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");
  private static final Pattern AGO = Pattern.compile("([0-9]{1,6})([mhd])");

  /**
   * What was asked for in words.
   *
   * @param since an instant (ISO 8601) or how long ago (30m, 24h, 7d); empty for what {@link By}
   *     says
   * @param until likewise; empty for now
   */
  public static Answer<UsageQuery> of(
      TenantId tenant,
      Optional<FunctionName> function,
      By by,
      Optional<String> since,
      Optional<String> until,
      Instant now) {
    return time("until", until, now, Duration.ZERO)
        .then(end ->
            time("since", since, now, by.standard)
                .then(begin -> {
                  // The stretch that an end lies in belongs to it, unless it ends just there.
                  long first = by.begin(UsageRow.minute(begin));
                  long last = by.begin(UsageRow.minute(end.minusNanos(1))) + by.minutes;
                  if (!begin.isBefore(end)) {
                    return refused("since must be before until; was " + begin + " and " + end);
                  }
                  return last - first > by.most.toMinutes() + 2L * by.minutes
                      ? refused(
                          "By %s at most %d days can be asked for at once; since %s until %s is more."
                              .formatted(by.word(), by.most.toDays(), begin, end))
                      : Answer.done(new UsageQuery(tenant, function, by, first, last));
                }));
  }

  private static <T> Answer<T> refused(String detail) {
    return Answer.refused(ProblemCode.INVALID_REQUEST, detail);
  }

  private static Answer<Instant> time(
      String name, Optional<String> given, Instant now, Duration standard) {
    if (given.isEmpty()) {
      return Answer.done(now.minus(standard));
    }
    Matcher ago = AGO.matcher(given.get());
    if (ago.matches()) {
      long number = Long.parseLong(ago.group(1));
      return Answer.done(
          now.minus(
              switch (ago.group(2)) {
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
              }));
    }
    try {
      Instant instant = Instant.parse(given.get());
      return instant.isBefore(Instant.EPOCH) || instant.isAfter(LAST)
          ? refused("%s must be between %s and %s.".formatted(name, Instant.EPOCH, LAST))
          : Answer.done(instant);
    } catch (DateTimeParseException e) {
      return refused(
          "%s must be a time such as 2026-11-27T12:00:00Z, or how long ago, such as 30m, 24h or 7d."
              .formatted(name));
    }
  }

  /** By which stretches of time it is added up. */
  public enum By {
    MINUTE(1, Duration.ofHours(1), Duration.ofDays(2)),
    HOUR(60, Duration.ofHours(24), Duration.ofDays(40)),
    DAY(24 * 60, Duration.ofDays(30), Duration.ofDays(800));

    private final int minutes;
    private final Duration standard;
    private final Duration most;

    By(int minutes, Duration standard, Duration most) {
      this.minutes = minutes;
      this.standard = standard;
      this.most = most;
    }

    public int minutes() {
      return minutes;
    }

    /** The first minute of the stretch that a minute is in; days are UTC's. */
    public long begin(long minute) {
      return Math.floorDiv(minute, (long) minutes) * minutes;
    }

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<By> ofWord(String word) {
      return Stream.of(values()).filter(by -> by.word().equals(word)).findFirst();
    }
  }
}
