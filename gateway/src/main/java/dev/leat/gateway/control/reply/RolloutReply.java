package dev.leat.gateway.control.reply;

import dev.leat.registry.function.Rollout;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version that is released step by step: {@code steps} in per cent, of which {@code step} were
 * taken.
 */
public record RolloutReply(
    String function,
    String to,
    String state,
    List<BigDecimal> steps,
    int step,
    long intervalSeconds,
    @Nullable String nextAt,
    String startedAt,
    String startedBy,
    String changedAt) {
  public static RolloutReply of(String function, Rollout rollout) {
    return new RolloutReply(
        function,
        "v" + rollout.version(),
        rollout.state().word(),
        rollout.steps().stream().map(TrafficReply::percent).toList(),
        rollout.step(),
        rollout.interval().toSeconds(),
        rollout.nextAt().map(Object::toString).orElse(null),
        rollout.startedAt().toString(),
        rollout.startedBy(),
        rollout.changedAt().toString());
  }
}
