package dev.leat.gateway.control;

import dev.leat.gateway.control.reply.PageReply;
import dev.leat.gateway.control.reply.ScheduleReply;
import dev.leat.gateway.control.reply.ScheduleTimeReply;
import dev.leat.gateway.control.request.NewSchedule;
import dev.leat.invocations.schedule.Schedules;
import java.util.Map;

/** Functions that are called at certain times. */
final class ScheduleOperations {
  private static final int TIMES = 5;

  private final Schedules schedules;

  ScheduleOperations(Schedules schedules) {
    this.schedules = schedules;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "listSchedules", this::list,
        "createSchedule", this::create,
        "getSchedule", this::show,
        "deleteSchedule", this::delete,
        "nextOfSchedule", this::next,
        "pauseSchedule", this::pause,
        "resumeSchedule", this::resume);
  }

  private Reply list(Call call) {
    return Reply.ok(PageReply.all(schedules.list(call.tenant()), ScheduleReply::of));
  }

  private Reply create(Call call) {
    return Reply.of(
        call.json(NewSchedule.class)
            .wish()
            .then(wish -> schedules.create(call.tenant(), call.actor(), wish)),
        schedule ->
            Reply.created(
                ScheduleReply.of(schedule),
                "/v1/tenants/" + schedule.tenant() + "/schedules/" + schedule.id()));
  }

  private Reply show(Call call) {
    String id = call.parameter("schedule");
    return Reply.ok(
        schedules
            .find(call.tenant(), id)
            .then(schedule ->
                schedules.data(call.tenant(), id).map(data -> ScheduleReply.of(schedule, data))));
  }

  private Reply next(Call call) {
    return Reply.ok(
        call.number("count", Schedules.NEXT_MAX, TIMES)
            .then(count -> schedules.next(call.tenant(), call.parameter("schedule"), count))
            .map(times -> PageReply.all(times, ScheduleTimeReply::of)));
  }

  private Reply pause(Call call) {
    return Reply.ok(
        schedules
            .pause(call.tenant(), call.actor(), call.parameter("schedule"))
            .map(ScheduleReply::of));
  }

  private Reply resume(Call call) {
    return Reply.ok(
        schedules
            .resume(call.tenant(), call.actor(), call.parameter("schedule"))
            .map(ScheduleReply::of));
  }

  private Reply delete(Call call) {
    return Reply.of(
        schedules.delete(call.tenant(), call.actor(), call.parameter("schedule")),
        gone -> new Reply.Done());
  }
}
