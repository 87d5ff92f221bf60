package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.FunctionName;
import dev.leat.contract.TenantId;
import dev.leat.gateway.control.reply.RolloutReply;
import dev.leat.gateway.control.request.NewRollout;
import dev.leat.registry.function.Rollout;
import dev.leat.registry.release.Rollouts;
import java.util.Map;

/** Releasing a version step by step. */
final class RolloutOperations {
  private final Rollouts rollouts;

  RolloutOperations(Rollouts rollouts) {
    this.rollouts = rollouts;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "startRollout", this::start,
        "getRollout", this::show,
        "pauseRollout", call -> act(call, rollouts::pause),
        "resumeRollout", call -> act(call, rollouts::resume),
        "promoteRollout", call -> act(call, rollouts::promote),
        "abortRollout", call -> act(call, rollouts::abort));
  }

  private Reply start(Call call) {
    NewRollout wanted = call.json(NewRollout.class);
    return Reply.of(
        wanted
            .plan()
            .then(plan ->
                call.function()
                    .then(name ->
                        rollouts.start(call.tenant(), call.actor(), name, plan, wanted.replaces())))
            .map(rollout -> reply(call, rollout)),
        reply ->
            Reply.created(
                reply,
                "/v1/tenants/%s/functions/%s/rollout"
                    .formatted(call.tenant(), call.parameter("function"))));
  }

  private Reply show(Call call) {
    return told(call, call.function().then(name -> rollouts.show(call.tenant(), name)));
  }

  private Reply act(Call call, Act act) {
    return told(call, call.function().then(name -> act.on(call.tenant(), call.actor(), name)));
  }

  private Reply told(Call call, Answer<Rollout> answer) {
    return Reply.ok(answer.map(rollout -> reply(call, rollout)));
  }

  private RolloutReply reply(Call call, Rollout rollout) {
    String function = call.parameter("function");
    return RolloutReply.of(
        function, rollout, rollouts.analysis(call.tenant(), new FunctionName(function), rollout));
  }

  /** What is done to a rollout. */
  @FunctionalInterface
  private interface Act {
    Answer<Rollout> on(TenantId tenant, String actor, FunctionName name);
  }
}
