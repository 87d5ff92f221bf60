package dev.leat.invocations.schedule;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.Allowances;
import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.invocations.async.AsyncFunctions.AsyncFunction;
import dev.leat.invocations.schedule.ScheduleStore.Added;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** What developers do with schedules. Safe for several threads; blocks on the store. */
public final class Schedules {
  /** What a function is called with: in the queue's row, so that many fit one transaction. */
  public static final int DATA_BYTES_MAX = 64 << 10;

  public static final int CONTENT_TYPE_CHARS_MAX = 200;

  /** Times that are told at once. */
  public static final int NEXT_MAX = 100;

  /** Each time that a change meets another one, somebody was sooner, or it was fired. */
  private static final int TRIES_MAX = 10;

  private final ScheduleStore store;
  private final ScheduledFunctions functions;
  private final Allowances allowances;
  private final Supplier<String> ids;
  private final InstantSource clock;

  /**
   * @param ids makes the ids of those that are given none
   */
  public Schedules(
      ScheduleStore store,
      ScheduledFunctions functions,
      Allowances allowances,
      Supplier<String> ids,
      InstantSource clock) {
    this.store = store;
    this.functions = functions;
    this.allowances = allowances;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * What a schedule shall be.
   *
   * @param id empty for one that is made up
   * @param function with the version or alias after a colon, if one is to be called
   */
  public record Wish(
      Optional<String> id,
      String function,
      String cron,
      String zone,
      MissedRuns missed,
      String contentType,
      byte[] data) {}

  public Answer<Schedule> create(TenantId tenant, String actor, Wish wish) {
    return schedule(tenant, actor, wish).then(schedule -> add(schedule, wish.data()));
  }

  private Answer<Schedule> schedule(TenantId tenant, String actor, Wish wish) {
    String id = wish.id().orElseGet(ids);
    if (wish.id().isPresent() && !FunctionName.isValid(id)) {
      return invalid(
          "A schedule's id must be [a-z][a-z0-9-]{0,62}, was '%s'.".formatted(Excerpt.of(id)));
    }
    int colon = wish.function().indexOf(':');
    String name = colon < 0 ? wish.function() : wish.function().substring(0, colon);
    String selector = colon < 0 ? "" : wish.function().substring(colon + 1);
    if (!FunctionName.isValid(name) || (colon >= 0 && !FunctionName.isValid(selector))) {
      return invalid(
          "The function must be a name, or name:alias or name:v2, was '%s'."
              .formatted(Excerpt.of(wish.function())));
    }
    if (wish.data().length > DATA_BYTES_MAX) {
      return Answer.refused(
          ProblemCode.BODY_TOO_LARGE,
          "A schedule's data must have at most %d bytes, had %d."
              .formatted(DATA_BYTES_MAX, wish.data().length));
    }
    if (!isContentType(wish.contentType())) {
      return invalid(
          "The content type must be 1-%d printable characters.".formatted(CONTENT_TYPE_CHARS_MAX));
    }
    FunctionRef function = new FunctionRef(tenant, new FunctionName(name));
    Answer<AsyncFunction> called = functions.find(function, selector, wish.data().length);
    if (called instanceof Answer.Refused<AsyncFunction>(Problem problem)) {
      return Answer.refused(problem);
    }
    Instant now = clock.instant();
    return CronTimes.of(wish.cron(), wish.zone())
        .then(times -> first(times, wish.cron(), now))
        .map(first ->
            new Schedule(
                tenant,
                id,
                function.name(),
                selector,
                wish.cron(),
                wish.zone(),
                wish.missed(),
                wish.contentType(),
                wish.data().length,
                false,
                actor,
                now,
                Optional.of(first),
                Optional.empty()));
  }

  private static boolean isContentType(String text) {
    return !text.isEmpty()
        && text.length() <= CONTENT_TYPE_CHARS_MAX
        && text.chars().allMatch(c -> c >= ' ' && c < 0x7F);
  }

  private static Answer<Instant> first(CronTimes times, String cron, Instant now) {
    return times
        .after(now)
        .map(Answer::done)
        .orElseGet(() ->
            invalid(
                "The cron expression '%s' never fires: there is no such day."
                    .formatted(Excerpt.of(cron))));
  }

  private Answer<Schedule> add(Schedule schedule, byte[] data) {
    TenantId tenant = schedule.tenant();
    if (!functions.exists(tenant)) {
      return gone(tenant);
    }
    long most = allowances.of(tenant).schedules();
    Added added =
        store.add(
            schedule,
            data,
            most,
            entry(
                schedule,
                schedule.createdBy(),
                "create",
                "%s at '%s' in %s"
                    .formatted(schedule.function(), schedule.cron(), schedule.zone())));
    if (added == Added.DONE && !functions.exists(tenant)) { // deleted meanwhile
      store.forget(tenant);
      return gone(tenant);
    }
    return switch (added) {
      case DONE -> Answer.done(schedule);
      case TAKEN ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "Tenant '%s' has a schedule '%s'. Delete it first, or take another name."
                  .formatted(tenant, schedule.id()));
      case FULL ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "Tenant '%s' may have %d schedules and has them. Delete one, or have its quota 'schedules' raised."
                  .formatted(tenant, most));
    };
  }

  private static <T> Answer<T> gone(TenantId tenant) {
    return Answer.refused(ProblemCode.NOT_FOUND, "There is no tenant '" + tenant + "'.");
  }

  /** The tenant's, by id. */
  public List<Schedule> list(TenantId tenant) {
    return store.list(tenant);
  }

  /** How many there are. */
  public int count(TenantId tenant) {
    return store.count(tenant);
  }

  public Answer<Schedule> find(TenantId tenant, String id) {
    return store.find(tenant, id).map(Answer::done).orElseGet(() -> absent(tenant, id));
  }

  /** What its function is called with. */
  public Answer<byte[]> data(TenantId tenant, String id) {
    return store.data(tenant, id).map(Answer::done).orElseGet(() -> absent(tenant, id));
  }

  /** When it fires next, in its time zone, or would if it were not paused. */
  public Answer<List<ZonedDateTime>> next(TenantId tenant, String id, int count) {
    return find(tenant, id)
        .then(schedule ->
            CronTimes.of(schedule.cron(), schedule.zone())
                .map(times -> times.after(clock.instant(), Math.min(count, NEXT_MAX)))
                .map(times ->
                    times.stream().map(at -> at.atZone(ZoneId.of(schedule.zone()))).toList()));
  }

  /** It does not fire until it is resumed; what it has called goes on. */
  public Answer<Schedule> pause(TenantId tenant, String actor, String id) {
    return change(tenant, actor, id, "pause", was -> Answer.done(was.with(true, Optional.empty())));
  }

  /** It fires again, from the next time on; what was in between was not missed. */
  public Answer<Schedule> resume(TenantId tenant, String actor, String id) {
    return change(
        tenant,
        actor,
        id,
        "resume",
        was ->
            was.isPaused() || was.nextAt().isEmpty()
                ? CronTimes.of(was.cron(), was.zone())
                    .then(times -> first(times, was.cron(), clock.instant()))
                    .map(first -> was.with(false, Optional.of(first)))
                : Answer.done(was));
  }

  /** Of what it is at that moment: one that was fired meanwhile must not go back to before that. */
  private Answer<Schedule> change(
      TenantId tenant,
      String actor,
      String id,
      String verb,
      Function<Schedule, Answer<Schedule>> change) {
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      Optional<Schedule> was = store.find(tenant, id);
      if (was.isEmpty()) {
        return absent(tenant, id);
      }
      switch (change.apply(was.get())) {
        case Answer.Refused<Schedule>(Problem problem) -> {
          return Answer.refused(problem);
        }
        case Answer.Done<Schedule>(Schedule then) -> {
          if (then.equals(was.get()) && !then.isPaused()) {
            return Answer.done(then);
          }
          if (store.replace(was.get(), then, entry(then, actor, verb, ""))) {
            return Answer.done(then);
          }
        }
      }
    }
    return Answer.refused(
        ProblemCode.CONFLICT,
        "Schedule '%s' is being changed by others. Try again.".formatted(Excerpt.of(id)));
  }

  /** What it has called goes on. */
  public Answer<Boolean> delete(TenantId tenant, String actor, String id) {
    AuditEntry entry = AuditEntry.done(clock.instant(), tenant, actor, "schedule.delete", id, "");
    return store.delete(tenant, id, entry) ? Answer.done(true) : absent(tenant, id);
  }

  private AuditEntry entry(Schedule schedule, String actor, String verb, String details) {
    return AuditEntry.done(
        clock.instant(), schedule.tenant(), actor, "schedule." + verb, schedule.id(), details);
  }

  private static <T> Answer<T> absent(TenantId tenant, String id) {
    return Answer.refused(
        ProblemCode.NOT_FOUND,
        "Tenant '%s' has no schedule '%s'. List its schedules to see them."
            .formatted(tenant, Excerpt.of(id)));
  }

  private static <T> Answer<T> invalid(String detail) {
    return Answer.refused(ProblemCode.INVALID_REQUEST, detail);
  }
}
