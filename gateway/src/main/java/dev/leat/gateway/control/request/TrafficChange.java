package dev.leat.gateway.control.request;

import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.Finding;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.registry.function.Sticky;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What each version of a function shall get of the traffic.
 *
 * @param weights in per cent, by label
 * @param sticky null for as before
 */
public record TrafficChange(Map<String, BigDecimal> weights, @Nullable StickyBy sticky) {
  /** The shares in slots, by number. */
  public Answer<Map<Integer, Integer>> shares() {
    Map<Integer, Integer> shares = new TreeMap<>();
    List<Finding> findings = new ArrayList<>();
    weights.forEach((label, percent) -> {
      if (percent.signum() < 0 || percent.compareTo(BigDecimal.valueOf(100)) > 0) {
        findings.add(
            new Finding("weights." + label, "must be 0-100 per cent, was " + shortened(percent)));
      } else if (percent.stripTrailingZeros().scale() > 2) {
        findings.add(
            new Finding(
                "weights." + label,
                "must have up to two digits after the point, was " + shortened(percent)));
      } else {
        shares.put(
            Integer.parseInt(label, 1, label.length(), 10),
            percent.movePointRight(2).intValueExact());
      }
    });
    return answer(shares, findings);
  }

  /** How callers are known again from now on; empty for as before. */
  public Answer<Optional<Optional<Sticky>>> stickiness() {
    if (sticky == null) {
      return Answer.done(Optional.empty());
    }
    Optional<Sticky.Kind> kind = Sticky.Kind.ofWord(sticky.by());
    if (kind.isEmpty()) {
      return Answer.done(Optional.of(Optional.empty()));
    }
    String name = sticky.name();
    return name != null && Sticky.isName(name)
        ? Answer.done(Optional.of(Optional.of(new Sticky(kind.get(), name))))
        : answer(
            Optional.empty(),
            List.of(
                new Finding(
                    "sticky.name",
                    "must be the name of a %s, of up to %d characters"
                        .formatted(sticky.by(), Sticky.NAME_CHARS_MAX))));
  }

  private static <T> Answer<T> answer(T value, List<Finding> findings) {
    return findings.isEmpty()
        ? Answer.done(value)
        : Answer.refused(Problem.of(ProblemCode.INVALID_REQUEST, "The traffic", findings));
  }

  private static String shortened(BigDecimal number) {
    return Excerpt.of(number.toString());
  }
}
