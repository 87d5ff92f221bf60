package dev.leat.registry.release;

import dev.leat.audit.AuditEntry;
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
import dev.leat.registry.function.FunctionStore.Move;
import dev.leat.registry.function.Precondition;
import dev.leat.registry.function.Rollout;
import dev.leat.registry.function.Rollout.Said;
import dev.leat.registry.function.Slots;
import dev.leat.registry.function.Sticky;
import dev.leat.registry.function.Traffic;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Says which versions of a function answer calls that name none. Safe for several threads; blocks.
 */
public final class MoveTraffic {
  /** How often a change that others overtake begins anew. */
  private static final int ATTEMPTS = 10;

  private final FunctionStore store;
  private final FunctionCatalog functions;
  private final InstantSource clock;

  public MoveTraffic(FunctionStore store, FunctionCatalog functions, InstantSource clock) {
    this.store = store;
    this.functions = functions;
    this.clock = clock;
  }

  public Answer<Traffic> show(TenantId tenant, FunctionName name) {
    return functions.whole(tenant, name).map(DeployedFunction::traffic);
  }

  /**
   * Gives each version its share.
   *
   * @param shares in slots, by version number; 0 or more
   * @param sticky how callers are known again from now on; empty for as before
   * @param ifMatch an {@code If-Match} field: only if the traffic is as this says
   */
  public Answer<Traffic> set(
      TenantId tenant,
      String actor,
      FunctionName name,
      Map<Integer, Integer> shares,
      Optional<Optional<Sticky>> sticky,
      Optional<String> ifMatch) {
    Map<Integer, Integer> wanted = new TreeMap<>(shares);
    wanted.values().removeIf(share -> share == 0);
    return fitting(shares, wanted)
        .then(fit ->
            change(
                tenant,
                actor,
                name,
                "function.traffic",
                ifMatch,
                function -> {
                  Traffic now = function.traffic();
                  if (now.isReleasing()) {
                    return releasing(name, now);
                  }
                  return Answer.done(
                      now.slots().weights().equals(wanted)
                              && sticky.orElse(now.sticky()).equals(now.sticky())
                          ? now
                          : now.moved(wanted, actor, clock.instant())
                              .with(sticky.orElse(now.sticky())));
                }));
  }

  private static Answer<Map<Integer, Integer>> fitting(
      Map<Integer, Integer> shares, Map<Integer, Integer> wanted) {
    List<Finding> findings = new ArrayList<>();
    long sum = shares.values().stream().mapToLong(share -> share).sum();
    if (sum != Slots.COUNT) {
      findings.add(
          new Finding(
              "weights",
              "must add up to 100 per cent, were %s. Say what each version gets"
                  .formatted(Traffic.percent((int) sum))));
    }
    if (wanted.size() > Traffic.VERSIONS_MAX) {
      findings.add(
          new Finding(
              "weights",
              "may name %d versions, named %d".formatted(Traffic.VERSIONS_MAX, wanted.size())));
    }
    return findings.isEmpty()
        ? Answer.done(wanted)
        : Answer.refused(Problem.of(ProblemCode.INVALID_REQUEST, "The traffic", findings));
  }

  /**
   * Sends all traffic back to a version. Done twice it is as done once.
   *
   * @param to its number; empty for the one that led before what is released now
   */
  public Answer<Traffic> rollback(
      TenantId tenant,
      String actor,
      FunctionName name,
      Optional<Integer> to,
      Optional<String> ifMatch) {
    return change(
        tenant,
        actor,
        name,
        "function.rollback",
        ifMatch,
        function -> {
          Traffic now = function.traffic();
          return to.or(now::previous)
              .map(target ->
                  Answer.done(
                      now.isAllTo(target) && !now.isReleasing()
                          ? now
                          : now.rolledBack(target, actor, clock.instant())))
              .orElseGet(() ->
                  Answer.refused(
                      ProblemCode.CONFLICT,
                      "No version of '%s' had traffic before. Name the one to go to."
                          .formatted(name)));
        });
  }

  /** What is told to whoever would move traffic that a rollout moves. */
  static <T> Answer<T> releasing(FunctionName name, Traffic now) {
    return Answer.refused(
        ProblemCode.CONFLICT,
        "A rollout of v%d of '%s' is %s. Promote or abort it first."
            .formatted(
                now.rollout().map(Rollout::version).orElse(0),
                name,
                now.rollout().map(rollout -> rollout.state().word()).orElse("")));
  }

  /** Changes the traffic by a step, which is tried anew when others change it at the same time. */
  Answer<Traffic> change(
      TenantId tenant,
      String actor,
      FunctionName name,
      String action,
      Optional<String> ifMatch,
      Step step) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Answer<Optional<Traffic>> answer =
          functions
              .whole(tenant, name)
              .then(function -> asMatched(function, ifMatch))
              .then(function ->
                  step.from(function).then(next -> moved(function, next, actor, action)));
      switch (answer) {
        case Answer.Refused<Optional<Traffic>>(Problem problem) -> {
          return Answer.refused(problem);
        }
        case Answer.Done<Optional<Traffic>>(Optional<Traffic> done) -> {
          if (done.isPresent()) {
            return Answer.done(done.get());
          }
        }
      }
    }
    return Answer.refused(
        ProblemCode.CONFLICT, "Others change '%s' at the same time. Try again.".formatted(name));
  }

  private static Answer<DeployedFunction> asMatched(
      DeployedFunction function, Optional<String> ifMatch) {
    String etag = function.traffic().etag();
    return ifMatch.isEmpty() || Precondition.holds(ifMatch.get(), Optional.of(etag))
        ? Answer.done(function)
        : Answer.refused(
            ProblemCode.PRECONDITION_FAILED,
            "If-Match was %s, the traffic is %s: %s. Look at it before changing it."
                .formatted(ifMatch.get(), etag, function.traffic().text()));
  }

  /** The traffic as it is now; empty if another change came first. */
  private Answer<Optional<Traffic>> moved(
      DeployedFunction function, Traffic next, String actor, String action) {
    Traffic before = function.traffic();
    if (next.equals(before)) {
      return Answer.done(Optional.of(before));
    }
    FunctionRef ref = function.ref();
    AuditEntry entry =
        AuditEntry.done(
            next.changedAt(),
            ref.tenant(),
            actor,
            action,
            ref.toString(),
            "%s, before %s%s".formatted(next.text(), before.text(), verdict(before, next)));
    return switch (store.move(ref.tenant(), ref.name(), next, entry)) {
      case Move.Moved() -> Answer.done(Optional.of(next));
      case Move.NotNext() -> Answer.done(Optional.empty());
      case Move.NoSuchVersion(int number) ->
          functions
              .version(ref.tenant(), ref.name(), "v" + number)
              .map(since -> Optional.empty()); // it is refused there, unless it came meanwhile
      case Move.RouteTaken(FunctionName by) ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "The route of the version that would lead collides with the function '%s'. Change one of the two."
                  .formatted(by));
      case Move.TooManyCanaries(int others) ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "Canaries of %d functions of tenant '%s' are under way, as many as there may be. Wait for one, or promote or abort it."
                  .formatted(others, ref.tenant()));
    };
  }

  /** What the verdict is that this follows. */
  private static String verdict(Traffic before, Traffic next) {
    Optional<Said> known = before.rollout().flatMap(Rollout::said);
    return next.rollout()
        .flatMap(Rollout::said)
        .filter(said -> !known.equals(Optional.of(said)))
        .map(said -> "; verdict: %s %s".formatted(said.verdict().word(), said.reason()))
        .orElse("")
        .strip();
  }

  /** What the traffic is to be, or why it cannot be. */
  @FunctionalInterface
  interface Step {
    Answer<Traffic> from(DeployedFunction function);
  }
}
