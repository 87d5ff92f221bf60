package dev.leat.gateway.control.request;

import dev.leat.contract.Answer;
import dev.leat.contract.Finding;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.registry.function.Rollout;
import dev.leat.registry.function.Slots;
import dev.leat.registry.release.Rollouts;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a version shall be released.
 *
 * @param to its label
 * @param strategy {@code rolling}, or {@code blue-green} for all in one step; null for rolling
 * @param steps what it gets, in per cent, one after the other; null for the usual ones
 * @param intervalSeconds from one step to the next; null for the usual one
 */
public record NewRollout(
    String to,
    @Nullable String strategy,
    @Nullable List<BigDecimal> steps,
    @Nullable Long intervalSeconds) {
  public Answer<Rollouts.Plan> plan() {
    List<Integer> slots = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    if ("blue-green".equals(strategy)) {
      slots.add(Slots.COUNT);
      if (steps != null) {
        findings.add(new Finding("steps", "blue-green has one, of 100 per cent: leave them out"));
      }
    } else if (steps == null) {
      slots.addAll(Rollout.STEPS_DEFAULT);
    } else {
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
    }
    Duration interval =
        intervalSeconds == null
            ? Rollout.INTERVAL_DEFAULT
            : Duration.ofSeconds(Math.clamp(intervalSeconds, 0, Integer.MAX_VALUE));
    return findings.isEmpty()
        ? Answer.done(new Rollouts.Plan(Integer.parseInt(to, 1, to.length(), 10), slots, interval))
        : Answer.refused(Problem.of(ProblemCode.INVALID_REQUEST, "The rollout", findings));
  }
}
