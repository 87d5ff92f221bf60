package dev.leat.registry.release;

import dev.leat.contract.Answer;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.registry.canary.Analysis;
import dev.leat.registry.canary.CanaryJudge;
import dev.leat.registry.canary.SampleStore;
import dev.leat.registry.canary.Verdict;
import dev.leat.registry.function.DeployedFunction;
import dev.leat.registry.function.FunctionCatalog;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.Rollout;
import dev.leat.registry.function.Rollout.Said;
import dev.leat.registry.function.RolloutPlan;
import dev.leat.registry.function.Slots;
import dev.leat.registry.function.Traffic;
import dev.leat.store.StoreFailure;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
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

  /** Canaries that are judged in one round. */
  static final int JUDGED_AT_ONCE = 100;

  /** The actor of steps that are due. */
  private static final String PLATFORM = "platform";

  private final FunctionStore store;
  private final FunctionCatalog functions;
  private final MoveTraffic traffic;
  private final SampleStore samples;
  private final InstantSource clock;
  private Optional<FunctionRef> lastJudged = Optional.empty(); // confined to who judges

  public Rollouts(
      FunctionStore store,
      SampleStore samples,
      FunctionCatalog functions,
      MoveTraffic traffic,
      InstantSource clock) {
    this.store = store;
    this.samples = samples;
    this.functions = functions;
    this.traffic = traffic;
    this.clock = clock;
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

  /**
   * Begins, and takes the first step.
   *
   * @param replaces whether a rollout that is under way is given up for it; else it is refused
   */
  public Answer<Rollout> start(
      TenantId tenant, String actor, FunctionName name, RolloutPlan plan, boolean replaces) {
    return fitting(plan)
        .then(fit -> functions.version(tenant, name, "v" + plan.version()))
        .then(version ->
            changed(
                tenant,
                actor,
                name,
                "rollout.start",
                function -> begun(function, actor, plan, replaces)));
  }

  private static Answer<RolloutPlan> fitting(RolloutPlan plan) {
    List<Finding> findings = new ArrayList<>();
    List<Integer> steps = plan.steps();
    if (steps.isEmpty() || steps.size() > RolloutPlan.STEPS_MAX) {
      findings.add(
          new Finding(
              "steps", "must be 1-%d, were %d".formatted(RolloutPlan.STEPS_MAX, steps.size())));
    } else if (steps.getLast() != Slots.COUNT) {
      findings.add(
          new Finding(
              "steps",
              "must end with 100 per cent, ended with %s"
                  .formatted(Traffic.percent(steps.getLast()))));
    } else if (plan.isCanary() && steps.size() == 1) {
      findings.add(
          new Finding("steps", "of a canary must be two at least: with the last it is not judged"));
    }
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i) <= (i == 0 ? 0 : steps.get(i - 1))) {
        findings.add(new Finding("steps[" + i + "]", "must be above the one before it"));
      }
    }
    if (plan.interval().compareTo(RolloutPlan.INTERVAL_MIN) < 0
        || plan.interval().compareTo(RolloutPlan.INTERVAL_MAX) > 0) {
      findings.add(
          new Finding(
              "intervalSeconds",
              "must be %d-%d, was %d"
                  .formatted(
                      RolloutPlan.INTERVAL_MIN.toSeconds(),
                      RolloutPlan.INTERVAL_MAX.toSeconds(),
                      plan.interval().toSeconds())));
    }
    if (plan.keep().compareTo(RolloutPlan.KEEP_MAX) > 0) {
      findings.add(
          new Finding(
              "keepSeconds",
              "must be 0-%d, was %d"
                  .formatted(RolloutPlan.KEEP_MAX.toSeconds(), plan.keep().toSeconds())));
    }
    return findings.isEmpty()
        ? Answer.done(plan)
        : Answer.refused(Problem.of(ProblemCode.INVALID_REQUEST, "The rollout", findings));
  }

  private Answer<Traffic> begun(
      DeployedFunction function, String actor, RolloutPlan plan, boolean replaces) {
    Traffic now = function.traffic();
    if (now.isReleasing() && !replaces) {
      return MoveTraffic.releasing(function.ref().name(), now);
    }
    Map<Integer, Integer> base =
        new TreeMap<>(
            now.isReleasing()
                ? now.rollout().orElseThrow().base() // what it began with, and not what it got to
                : now.slots().weights());
    base.remove(plan.version());
    if (base.isEmpty()) {
      return Answer.refused(
          ProblemCode.CONFLICT,
          "No other version of '%s' has traffic that v%d could take over. Give it the traffic at once."
              .formatted(function.ref().name(), plan.version()));
    }
    Instant at = clock.instant();
    Rollout first = Rollout.begun(now.revision() + 1, plan, base, actor, at).stepped(at);
    return Answer.done(
        now.isReleasing() ? now.replaced(first, actor, at) : now.stepped(first, actor, at));
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

  /** What is known of a canary and said of it; empty for other rollouts. */
  public Optional<Analysis> analysis(TenantId tenant, FunctionName name, Rollout rollout) {
    return rollout.plan().isCanary()
        ? Optional.of(CanaryJudge.judge(samples.sum(tenant, name, rollout.id())))
        : Optional.empty();
  }

  /** Takes the steps that are due, and gives how many were. One that cannot be taken pauses. */
  int step() {
    return each(store.due(clock.instant(), STEPS_AT_ONCE), this::steps);
  }

  private boolean steps(FunctionRef function) {
    Answer<Rollout> stepped =
        changed(
            function.tenant(),
            PLATFORM,
            function.name(),
            "rollout.step",
            found -> Answer.done(stepped(function, found.traffic())));
    if (stepped instanceof Answer.Refused<Rollout>(Problem problem)) {
      LOG.info("A rollout is paused function={} reason={}", function, problem.detail());
      var unused = pause(function.tenant(), PLATFORM, function.name());
    }
    return true;
  }

  /**
   * Does this with each, and gives with how many it was done. Those of a tenant that changes so
   * much at once that there is no turn for it wait for the next round, and hinder no others.
   */
  private static int each(List<FunctionRef> functions, Predicate<FunctionRef> action) {
    Set<TenantId> busy = new HashSet<>();
    int done = 0;
    for (FunctionRef function : functions) {
      try {
        if (!busy.contains(function.tenant()) && action.test(function)) {
          done++;
        }
      } catch (StoreFailure e) {
        LOG.warn("Rollouts of a tenant wait tenant={}", function.tenant(), e);
        busy.add(function.tenant());
      }
    }
    return done;
  }

  /** Unless somebody did something with it just now. */
  private Traffic stepped(FunctionRef function, Traffic now) {
    Instant at = clock.instant();
    return now.rollout()
        .filter(rollout -> rollout.isDue(at))
        .map(rollout ->
            analysis(function.tenant(), function.name(), rollout)
                .map(analysis -> judged(now, rollout, analysis, at))
                .orElseGet(() -> now.stepped(rollout.stepped(at), PLATFORM, at)))
        .orElse(now);
  }

  private static Traffic judged(Traffic now, Rollout rollout, Analysis analysis, Instant at) {
    Rollout judged = rollout.saying(new Said(analysis.verdict(), analysis.reason()));
    return switch (analysis.verdict()) {
      case PASS -> now.stepped(judged.stepped(at), PLATFORM, at);
      case FAIL -> now.undone(judged.ended(Rollout.State.ROLLED_BACK, at), PLATFORM, at);
      case INCONCLUSIVE -> now.with(judged.paused(at), PLATFORM, at);
    };
  }

  /**
   * Has canaries that fail go back, also such as are paused, and gives how many did. Looks at so
   * many at once, and at the others the next times.
   */
  int judge() {
    List<FunctionRef> canaries = store.canaries(JUDGED_AT_ONCE, lastJudged);
    lastJudged =
        canaries.size() < JUDGED_AT_ONCE ? Optional.empty() : Optional.of(canaries.getLast());
    return each(canaries, this::goesBack);
  }

  /** Whether it failed, and others have all their traffic again. */
  private boolean goesBack(FunctionRef function) {
    Optional<Rollout> canary = store.traffic(function.tenant(), function.name()).canary();
    Optional<Analysis> analysis =
        canary.flatMap(rollout -> analysis(function.tenant(), function.name(), rollout));
    if (analysis.isEmpty() || analysis.get().verdict() != Verdict.FAIL) {
      return false;
    }
    LOG.info("A canary failed function={} reason={}", function, analysis.get().reason());
    int id = canary.get().id();
    return changed(
            function.tenant(),
            PLATFORM,
            function.name(),
            "rollout.rollback",
            found ->
                Answer.done(
                    found
                        .traffic()
                        .canary()
                        .filter(now -> now.id() == id)
                        .map(now -> judged(found.traffic(), now, analysis.get(), clock.instant()))
                        .orElse(found.traffic())))
        instanceof Answer.Done<Rollout>;
  }
}
