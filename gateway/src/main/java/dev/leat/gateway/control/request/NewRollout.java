package dev.leat.gateway.control.request;

import dev.leat.contract.Answer;
import dev.leat.contract.Finding;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.registry.function.RolloutPlan;
import dev.leat.registry.function.RolloutPlan.Strategy;
import dev.leat.registry.function.Slots;
import dev.leat.registry.function.Traffic;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a version shall be released.
 *
 * @param to its label
 * @param strategy {@code rolling}, {@code blue-green} for all in one step, or {@code canary} for
 *     steps by verdict; null for rolling
 * @param steps what it gets, in per cent, one after the other; null for the usual ones
 * @param intervalSeconds from one step to the next; null for the usual one
 * @param keepSeconds how long the old version is kept warm after a blue-green; null for the usual
 *     time
 * @param replace whether a rollout that is under way is given up for it; null for no
 */
public record NewRollout(
    String to,
    @Nullable String strategy,
    @Nullable List<BigDecimal> steps,
    @Nullable Long intervalSeconds,
    @Nullable Long keepSeconds,
    @Nullable Boolean replace) {
  public boolean replaces() {
    return Boolean.TRUE.equals(replace);
  }

  public Answer<RolloutPlan> plan() {
    List<Finding> findings = new ArrayList<>();
    Strategy wanted =
        Optional.ofNullable(strategy).flatMap(Strategy::ofWord).orElse(Strategy.ROLLING);
    if (wanted == Strategy.BLUE_GREEN && steps != null) {
      findings.add(new Finding("steps", "blue-green has one, of 100 per cent: leave them out"));
    }
    if (wanted != Strategy.BLUE_GREEN && keepSeconds != null) {
      findings.add(new Finding("keepSeconds", "is for blue-green alone: leave it out"));
    }
    List<Integer> slots =
        wanted == Strategy.BLUE_GREEN
            ? List.of(Slots.COUNT)
            : steps == null ? RolloutPlan.STEPS_DEFAULT : slots(steps, findings);
    RolloutPlan plan =
        new RolloutPlan(
            Integer.parseInt(to, 1, to.length(), 10),
            wanted,
            slots,
            seconds(intervalSeconds, RolloutPlan.INTERVAL_DEFAULT),
            seconds(keepSeconds, Traffic.KEPT_WARM));
    return findings.isEmpty()
        ? Answer.done(plan)
        : Answer.refused(Problem.of(ProblemCode.INVALID_REQUEST, "The rollout", findings));
  }

  private static List<Integer> slots(List<BigDecimal> steps, List<Finding> findings) {
    List<Integer> slots = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      BigDecimal percent = steps.get(i);
      if (percent.signum() <= 0
          || percent.compareTo(BigDecimal.valueOf(100)) > 0
          || percent.stripTrailingZeros().scale() > 2) {
        findings.add(
            new Finding(
                "steps[" + i + "]",
                "must be above 0, up to 100 per cent, with up to two digits after the point"));
      } else {
        slots.add(percent.movePointRight(2).intValueExact());
      }
    }
    return slots;
  }

  private static Duration seconds(@Nullable Long wanted, Duration usual) {
    return wanted == null ? usual : Duration.ofSeconds(Math.clamp(wanted, 0, Integer.MAX_VALUE));
  }
}
