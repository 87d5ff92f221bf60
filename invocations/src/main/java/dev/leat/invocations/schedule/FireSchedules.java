package dev.leat.invocations.schedule;

import dev.leat.contract.Answer;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Origin;
import dev.leat.contract.Problem;
import dev.leat.contract.TenantId;
import dev.leat.contract.Trigger;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.AsyncFunctions.AsyncFunction;
import dev.leat.invocations.async.AsyncStore.Backlogs;
import dev.leat.invocations.async.NewInvocation;
import dev.leat.invocations.schedule.LastRun.End;
import dev.leat.invocations.schedule.ScheduleStore.Due;
import dev.leat.invocations.schedule.ScheduleStore.Fired;
import dev.leat.invocations.schedule.ScheduleStore.Firing;
import dev.leat.invocations.schedule.ScheduleStore.Found;
import dev.leat.invocations.schedule.ScheduleStore.Key;
import dev.leat.invocations.schedule.ScheduleStore.Unreadable;
import dev.leat.store.LeaseLost;
import dev.leat.store.LeasedRounds;
import dev.leat.store.Leases;
import dev.leat.store.Leases.Lease;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fires schedules that are due, each second, on the node that holds the lease. A firing is one
 * transaction: what it calls is in the queue if and only if the schedule has moved on. So a node
 * that is killed has fired, or the next one does, and none fires twice.
 */
public final class FireSchedules implements AutoCloseable {
  /** After a node was lost, another fires after this time at the latest, and a second. */
  static final Duration TERM = Duration.ofSeconds(5);

  /**
   * Looked up at once, by turns of tenants: what becomes due meanwhile waits for so many, some two
   * seconds. 2,000 keys are 0.5 MB.
   */
  static final int KEYS_AT_ONCE = 2_000;

  /** Read at once: with what they call with, 6.4 MB at the most. */
  static final int AT_ONCE = 100;

  /** Calls of one transaction, beyond which the next schedule is fired by another. */
  static final int CALLS_AT_ONCE = 500;

  /** Bytes of these, likewise. */
  static final long BYTES_AT_ONCE = 16 << 20;

  private static final String LEASE = "schedules";
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(FireSchedules.class);

  private final ScheduleStore store;
  private final ScheduledFunctions functions;
  private final Backlogs room;
  private final Supplier<String> ids;
  private final Runnable queued;
  private final InstantSource clock;
  private final LeasedRounds rounds;
  private final Presence presence = new Presence();
  private final Set<TenantId> full = new HashSet<>();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder missed = new LongAdder();
  private final LongAdder refused = new LongAdder();

  /**
   * @param holder of the lease: differs with each start of a node
   * @param room how much each tenant may have waiting
   * @param ids new ids of invocations
   * @param queued called after some were accepted; must not block
   * @param clock the database's, {@link ScheduleStore#now}
   */
  public FireSchedules(
      ScheduleStore store,
      Leases leases,
      String holder,
      ScheduledFunctions functions,
      Backlogs room,
      Supplier<String> ids,
      Runnable queued,
      InstantSource clock) {
    this.store = store;
    this.functions = functions;
    this.room = room;
    this.ids = ids;
    this.queued = queued;
    this.clock = clock;
    this.rounds = new LeasedRounds(leases, LEASE, holder, TERM, EVERY, this::fireIfHeld);
  }

  public void start() {
    rounds.start();
  }

  /** Fires what is due, if this node has or gets the lease, on this thread; for tests. */
  void round() {
    rounds.round();
  }

  /** How many calls this node had accepted. */
  public long accepted() {
    return accepted.sum();
  }

  /** Times that were missed, and that nothing was done for. */
  public long missed() {
    return missed.sum();
  }

  /** Times at which nothing could be accepted. */
  public long refused() {
    return refused.sum();
  }

  private void fireIfHeld(Optional<Lease> lease) {
    lease.ifPresentOrElse(this::fireAll, presence::ended);
  }

  private void fireAll(Lease lease) {
    full.clear();
    try {
      List<Key> due;
      do {
        Instant now = clock.instant();
        Instant inTime = presence.inTime(now);
        due = store.due(now, KEYS_AT_ONCE);
        for (int i = 0; i < due.size() && lease.holds(); i += AT_ONCE) {
          List<Key> batch = due.subList(i, Math.min(i + AT_ONCE, due.size()));
          fire(lease, store.read(batch), inTime);
        }
        if (due.size() < KEYS_AT_ONCE && lease.holds()) {
          presence.allFired(now);
        }
      } while (due.size() == KEYS_AT_ONCE && lease.holds());
    } catch (LeaseLost e) {
      LOG.warn("Another node fires schedules: this one was too slow cause={}", e.getMessage());
    }
  }

  private void fire(Lease lease, List<Found> found, Instant inTime) {
    List<Planned> batch = new ArrayList<>();
    long calls = 0;
    long bytes = 0;
    for (Found each : found) {
      switch (each) {
        case Unreadable(Key key, RuntimeException why) -> stop(lease, key, why);
        case Due due -> {
          Planned planned = plan(due, inTime);
          batch.add(planned);
          int count = planned.firing().calls().size();
          calls += count;
          bytes += (long) count * due.data().length;
        }
      }
      if (calls >= CALLS_AT_ONCE || bytes >= BYTES_AT_ONCE) {
        commit(lease, batch);
        batch.clear();
        calls = 0;
        bytes = 0;
      }
    }
    commit(lease, batch);
  }

  /** Else each round would meet it again, before those of others. */
  private void stop(Lease lease, Key key, RuntimeException why) {
    LOG.error(
        "A schedule cannot be read or kept and fires no more until it is resumed tenant={} id={}",
        key.tenant(),
        key.id(),
        why);
    store.stop(lease, key);
  }

  private record Planned(Firing firing, Plan plan) {}

  /**
   * Whatever is wrong with one schedule must not keep the others from being fired. A store that is
   * away is wrong with none of them.
   */
  private Planned plan(Due due, Instant inTime) {
    Schedule schedule = due.schedule();
    try {
      return switch (CronTimes.of(schedule.cron(), schedule.zone())) {
        case Answer.Done<CronTimes>(CronTimes times) ->
            plan(due, Plan.of(times, schedule.missed(), due(schedule), inTime, most(schedule)));
        case Answer.Refused<CronTimes>(Problem problem) -> never(schedule, problem.detail());
      };
    } catch (StoreFailure | LeaseLost e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.error("A schedule cannot be fired id={} cron={}", schedule.id(), schedule.cron(), e);
      return never(schedule, "When it fires next cannot be said.");
    }
  }

  /** Where nothing is accepted any more, one time is enough to say so. */
  private int most(Schedule schedule) {
    return full.contains(schedule.tenant()) ? 1 : Plan.MISSED_MAX;
  }

  private Planned plan(Due due, Plan plan) {
    Schedule schedule = due.schedule();
    return new Planned(
        switch (functions.find(schedule.called(), schedule.selector(), due.data().length)) {
          case Answer.Done<AsyncFunction>(AsyncFunction function) ->
              new Firing(
                  schedule,
                  plan.runs().stream().map(run -> call(due, function, run)).toList(),
                  last(plan, due(schedule), ""),
                  plan.nextAt());
          case Answer.Refused<AsyncFunction>(Problem problem) ->
              new Firing(
                  schedule, List.of(), last(plan, due(schedule), problem.detail()), plan.nextAt());
        },
        plan);
  }

  private static Instant due(Schedule schedule) {
    return schedule.nextAt().orElseThrow();
  }

  /** It is not fired, and never again unless it is resumed. */
  private static Planned never(Schedule schedule, String reason) {
    Instant at = due(schedule);
    Plan plan = new Plan(List.of(at), 0, Optional.empty(), Optional.empty());
    return new Planned(
        new Firing(schedule, List.of(), last(plan, at, reason), Optional.empty()), plan);
  }

  /** What is kept of it where nothing is accepted. */
  private static LastRun last(Plan plan, Instant at, String reason) {
    return plan.runs().isEmpty()
        ? new LastRun(
            plan.firstMissed().orElse(at),
            End.MISSED,
            "No node was there to fire it in time.",
            Optional.empty())
        : new LastRun(plan.runs().getLast(), End.REFUSED, reason, Optional.empty());
  }

  private NewInvocation call(Due due, AsyncFunction function, Instant at) {
    Schedule schedule = due.schedule();
    Headers headers =
        Headers.of(
            "content-type", schedule.contentType(),
            "leat-schedule", schedule.id(),
            "leat-scheduled-at", at.toString());
    return new NewInvocation(
        ids.get(),
        function.version().ref(),
        new HttpCall(ScheduledFunctions.METHOD, "", null, headers, due.data()),
        new Origin(schedule.createdBy(), schedule.tenant(), Trigger.SCHEDULE, null, 1),
        function.policy().maxAge(),
        Optional.empty(),
        Optional.empty(),
        0);
  }

  private void commit(Lease lease, List<Planned> batch) {
    if (batch.isEmpty()) {
      return;
    }
    List<Fired> fired;
    try {
      fired = store.fire(lease, batch.stream().map(Planned::firing).toList(), room);
    } catch (StoreFailure e) {
      if (e.isRetryable()) {
        throw e;
      }
      commitEach(lease, batch, e);
      return;
    }
    boolean isQueued = false;
    for (int i = 0; i < batch.size(); i++) {
      if (fired.get(i) instanceof Fired.Done(List<Acceptance> answers)) {
        long taken = answers.stream().filter(Acceptance.Accepted.class::isInstance).count();
        isQueued |= taken > 0;
        if (answers.stream().anyMatch(Acceptance.BacklogFull.class::isInstance)) {
          full.add(batch.get(i).firing().schedule().tenant());
        }
        Plan plan = batch.get(i).plan();
        accepted.add(taken);
        refused.add(plan.runs().size() - taken);
        missed.add(plan.missed());
      }
    }
    if (isQueued) {
      queued.run();
    }
  }

  /** One of them cannot be written, and must not keep the others from being fired. */
  private void commitEach(Lease lease, List<Planned> batch, StoreFailure failure) {
    if (batch.size() > 1) {
      batch.forEach(each -> commit(lease, List.of(each)));
      return;
    }
    Firing firing = batch.getFirst().firing();
    if (firing.calls().isEmpty()) {
      Schedule schedule = firing.schedule();
      stop(lease, new Key(schedule.tenant().value(), schedule.id()), failure);
      return;
    }
    LOG.error("A call of a schedule cannot be kept id={}", firing.schedule().id(), failure);
    LastRun last = last(batch.getFirst().plan(), due(firing.schedule()), "It cannot be kept.");
    commit(
        lease,
        List.of(
            new Planned(
                new Firing(firing.schedule(), List.of(), last, firing.nextAt()),
                batch.getFirst().plan())));
  }

  /** Gives the lease back, so that another node fires at once. */
  @Override
  public void close() {
    rounds.close();
  }
}
