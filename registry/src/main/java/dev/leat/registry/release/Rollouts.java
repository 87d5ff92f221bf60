package dev.leat.registry.release;

import dev.leat.contract.Answer;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.registry.function.DeployedFunction;
import dev.leat.registry.function.FunctionCatalog;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.Rollout;
import dev.leat.registry.function.Slots;
import dev.leat.registry.function.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a version to all callers step by step. What a rollout does is part of the traffic, so each
 * act is one change of that, and the next one builds on it wherever it is done. Safe for several
 * threads; blocks.
 */
public final class Rollouts {
  private static final Logger LOG = LoggerFactory.getLogger(Rollouts.class);

  /** Rollouts of which a step is taken in one round. */
  static final int STEPS_AT_ONCE = 100;

  /** The actor of steps that are due. */
  private static final String PLATFORM = "platform";

  private final FunctionStore store;
  private final FunctionCatalog functions;
  private final MoveTraffic traffic;
  private final InstantSource clock;

  public Rollouts(
      FunctionStore store, FunctionCatalog functions, MoveTraffic traffic, InstantSource clock) {
    this.store = store;
    this.functions = functions;
    this.traffic = traffic;
    this.clock = clock;
  }

  /**
   * How a version is to be released.
   *
   * @param steps in slots
   */
  public record Plan(int version, List<Integer> steps, Duration interval) {
    public Plan {
      steps = List.copyOf(steps);
    }
  }

  /** The function's rollout, or the one that was its last. */
  public Answer<Rollout> show(TenantId tenant, FunctionName name) {
    return traffic.show(tenant, name).then(now -> of(name, now));
  }

  private static Answer<Rollout> of(FunctionName name, Traffic now) {
    return now.rollout()
        .map(Answer::done)
        .orElseGet(() ->
            Answer.refused(
                ProblemCode.NOT_FOUND, "Function '%s' has had no rollout.".formatted(name)));
  }

  /** Begins, and takes the first step. */
  public Answer<Rollout> start(TenantId tenant, String actor, FunctionName name, Plan plan) {
    return fitting(plan)
        .then(fit -> functions.version(tenant, name, "v" + plan.version()))
        .then(version ->
            changed(
                tenant, actor, name, "rollout.start", function -> begun(function, actor, plan)));
  }

  private static Answer<Plan> fitting(Plan plan) {
    List<Finding> findings = new ArrayList<>();
    List<Integer> steps = plan.steps();
    if (steps.isEmpty() || steps.size() > Rollout.STEPS_MAX) {
      findings.add(
          new Finding("steps", "must be 1-%d, were %d".formatted(Rollout.STEPS_MAX, steps.size())));
    } else if (steps.getLast() != Slots.COUNT) {
      findings.add(
          new Finding(
              "steps",
              "must end with 100 per cent, ended with %s"
                  .formatted(Traffic.percent(steps.getLast()))));
    }
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i) <= (i == 0 ? 0 : steps.get(i - 1))) {
        findings.add(new Finding("steps[" + i + "]", "must be above the one before it"));
      }
    }
    if (plan.interval().compareTo(Rollout.INTERVAL_MIN) < 0
        || plan.interval().compareTo(Rollout.INTERVAL_MAX) > 0) {
      findings.add(
          new Finding(
              "intervalSeconds",
              "must be %d-%d, was %d"
                  .formatted(
                      Rollout.INTERVAL_MIN.toSeconds(),
                      Rollout.INTERVAL_MAX.toSeconds(),
                      plan.interval().toSeconds())));
    }
    return findings.isEmpty()
        ? Answer.done(plan)
        : Answer.refused(Problem.of(ProblemCode.INVALID_REQUEST, "The rollout", findings));
  }

  private Answer<Traffic> begun(DeployedFunction function, String actor, Plan plan) {
    Traffic now = function.traffic();
    if (now.isReleasing()) {
      return MoveTraffic.releasing(function.ref().name(), now);
    }
    Map<Integer, Integer> base = new TreeMap<>(now.slots().weights());
    base.remove(plan.version());
    if (base.isEmpty()) {
      return Answer.refused(
          ProblemCode.CONFLICT,
          "No other version of '%s' has traffic that v%d could take over. Give it the traffic at once."
              .formatted(function.ref().name(), plan.version()));
    }
    Instant at = clock.instant();
    Rollout first =
        Rollout.begun(plan.version(), base, plan.steps(), plan.interval(), actor, at).stepped(at);
    return Answer.done(now.stepped(first, actor, at));
  }

  /** Takes no more steps until it is resumed. */
  public Answer<Rollout> pause(TenantId tenant, String actor, FunctionName name) {
    return act(
        tenant,
        actor,
        name,
        "rollout.pause",
        Rollout.State.PAUSED,
        (now, rollout) -> now.with(rollout.paused(clock.instant()), actor, clock.instant()));
  }

  public Answer<Rollout> resume(TenantId tenant, String actor, FunctionName name) {
    return act(
        tenant,
        actor,
        name,
        "rollout.resume",
        Rollout.State.RUNNING,
        (now, rollout) -> now.with(rollout.resumed(clock.instant()), actor, clock.instant()));
  }

  /** Gives the version all traffic at once. */
  public Answer<Rollout> promote(TenantId tenant, String actor, FunctionName name) {
    return act(
        tenant,
        actor,
        name,
        "rollout.promote",
        Rollout.State.PROMOTED,
        (now, rollout) -> now.stepped(rollout.promoted(clock.instant()), actor, clock.instant()));
  }

  /** Gives others the traffic that they had before. */
  public Answer<Rollout> abort(TenantId tenant, String actor, FunctionName name) {
    return act(
        tenant,
        actor,
        name,
        "rollout.abort",
        Rollout.State.ABORTED,
        (now, rollout) ->
            now.undone(
                rollout.ended(Rollout.State.ABORTED, clock.instant()), actor, clock.instant()));
  }

  /** Done twice it is as done once; one that has ended otherwise is left. */
  private Answer<Rollout> act(
      TenantId tenant,
      String actor,
      FunctionName name,
      String action,
      Rollout.State wanted,
      BiFunction<Traffic, Rollout, Traffic> next) {
    return changed(
        tenant,
        actor,
        name,
        action,
        function ->
            of(name, function.traffic())
                .then(rollout ->
                    rollout.state() == wanted
                        ? Answer.done(function.traffic())
                        : rollout.isUnderWay()
                            ? Answer.done(next.apply(function.traffic(), rollout))
                            : Answer.refused(
                                ProblemCode.CONFLICT,
                                "The rollout of v%d is over: %s. Start another."
                                    .formatted(rollout.version(), rollout.state().word()))));
  }

  private Answer<Rollout> changed(
      TenantId tenant,
      String actor,
      FunctionName name,
      String action,
      Function<DeployedFunction, Answer<Traffic>> step) {
    return traffic
        .change(tenant, actor, name, action, Optional.empty(), step::apply)
        .then(now -> of(name, now));
  }

  /** Takes the steps that are due, and gives how many were. One that cannot be taken pauses. */
  int step() {
    List<FunctionRef> due = store.due(clock.instant(), STEPS_AT_ONCE);
    for (FunctionRef function : due) {
      Answer<Rollout> stepped =
          changed(
              function.tenant(),
              PLATFORM,
              function.name(),
              "rollout.step",
              found -> Answer.done(stepped(found.traffic())));
      if (stepped instanceof Answer.Refused<Rollout>(Problem problem)) {
        LOG.info("A rollout is paused function={} reason={}", function, problem.detail());
        var unused = pause(function.tenant(), PLATFORM, function.name());
      }
    }
    return due.size();
  }

  /** Unless somebody did something with it just now. */
  private Traffic stepped(Traffic now) {
    Instant at = clock.instant();
    return now.rollout()
        .filter(rollout -> rollout.isDue(at))
        .map(rollout -> now.stepped(rollout.stepped(at), PLATFORM, at))
        .orElse(now);
  }
}
