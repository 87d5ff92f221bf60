package dev.leat.gateway.control.request;

import dev.leat.contract.Answer;
import dev.leat.contract.ProblemCode;
import dev.leat.invocations.schedule.MissedRuns;
import dev.leat.invocations.schedule.Schedules.Wish;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A function that shall be called at certain times.
 *
 * @param data in Base64; none for an empty body
 */
public record NewSchedule(
    @Nullable String id,
    String function,
    String cron,
    @Nullable String timeZone,
    @Nullable String missed,
    @Nullable String contentType,
    @Nullable String data) {
  public Answer<Wish> wish() {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(Objects.requireNonNullElse(data, ""));
    } catch (IllegalArgumentException e) {
      return Answer.refused(ProblemCode.INVALID_REQUEST, "The data is not Base64.");
    }
    return Answer.done(
        new Wish(
            Optional.ofNullable(id),
            function,
            cron,
            Objects.requireNonNullElse(timeZone, "UTC"),
            Optional.ofNullable(missed).flatMap(MissedRuns::ofWord).orElse(MissedRuns.ONCE),
            Objects.requireNonNullElse(contentType, "application/json"),
            bytes));
  }
}
