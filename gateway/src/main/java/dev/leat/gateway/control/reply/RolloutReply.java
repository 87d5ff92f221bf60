package dev.leat.gateway.control.reply;

import dev.leat.registry.canary.Analysis;
import dev.leat.registry.function.Rollout;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A version that is released step by step: {@code steps} in per cent, of which {@code step} were
 * taken.
 *
 * @param verdict on a canary: while it is under way what is known now, then what ended it
 */
public record RolloutReply(
    String function,
    String to,
    String strategy,
    String state,
    List<BigDecimal> steps,
    int step,
    long intervalSeconds,
    long keepSeconds,
    @Nullable String nextAt,
    String startedAt,
    String startedBy,
    String changedAt,
    @Nullable VerdictReply verdict) {
  /**
   * @param analysis of a canary; empty for other rollouts
   */
  public static RolloutReply of(String function, Rollout rollout, Optional<Analysis> analysis) {
    return new RolloutReply(
        function,
        "v" + rollout.version(),
        rollout.plan().strategy().word(),
        rollout.state().word(),
        rollout.plan().steps().stream().map(TrafficReply::percent).toList(),
        rollout.step(),
        rollout.plan().interval().toSeconds(),
        rollout.plan().keep().toSeconds(),
        rollout.nextAt().map(Object::toString).orElse(null),
        rollout.startedAt().toString(),
        rollout.startedBy(),
        rollout.changedAt().toString(),
        analysis.map(known -> VerdictReply.of(rollout, known)).orElse(null));
  }
}
