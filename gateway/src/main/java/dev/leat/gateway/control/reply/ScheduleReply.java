package dev.leat.gateway.control.reply;

import dev.leat.invocations.schedule.LastRun;
import dev.leat.invocations.schedule.Schedule;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A function that is called at certain times.
 *
 * @param data in Base64, where one is asked for
 */
public record ScheduleReply(
    String id,
    String function,
    String cron,
    String timeZone,
    String missed,
    String contentType,
    int dataBytes,
    @Nullable String data,
    boolean paused,
    @Nullable String nextAt,
    @Nullable Run last,
    String createdAt,
    String createdBy) {
  /** What became of it the last time. */
  public record Run(
      String at, String outcome, @Nullable String error, @Nullable String invocation) {
    static Run of(LastRun last) {
      return new Run(
          last.at().toString(),
          last.end().word(),
          last.reason().isEmpty() ? null : last.reason(),
          last.invocation().orElse(null));
    }
  }

  public static ScheduleReply of(Schedule schedule) {
    return of(schedule, null);
  }

  public static ScheduleReply of(Schedule schedule, byte @Nullable [] data) {
    String name = schedule.function().value();
    return new ScheduleReply(
        schedule.id(),
        schedule.selector().isEmpty() ? name : name + ":" + schedule.selector(),
        schedule.cron(),
        schedule.zone(),
        schedule.missed().word(),
        schedule.contentType(),
        schedule.dataBytes(),
        data == null ? null : Base64.getEncoder().encodeToString(data),
        schedule.isPaused(),
        schedule.nextAt().map(Instant::toString).orElse(null),
        schedule.last().map(Run::of).orElse(null),
        schedule.createdAt().toString(),
        schedule.createdBy());
  }
}
