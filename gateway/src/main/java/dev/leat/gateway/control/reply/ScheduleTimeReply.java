package dev.leat.gateway.control.reply;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/**
 * A time at which a schedule fires.
 *
 * @param local the same in its time zone
 */
public record ScheduleTimeReply(String at, String local) {
  public static ScheduleTimeReply of(ZonedDateTime time) {
    return new ScheduleTimeReply(
        time.toInstant().toString(), DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time));
  }
}
