package dev.leat.registry.canary;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A verdict with its figures.
 *
 * @param controlCalls how many of the old version's calls were compared
 * @param canaryCalls how many of the canary's
 */
public record Analysis(Verdict verdict, long controlCalls, long canaryCalls, List<Check> checks) {
  public Analysis {
    checks = List.copyOf(checks);
  }

  static Analysis of(long controlCalls, long canaryCalls, List<Check> checks) {
    Verdict worst =
        has(checks, Verdict.FAIL)
            ? Verdict.FAIL
            : has(checks, Verdict.INCONCLUSIVE) ? Verdict.INCONCLUSIVE : Verdict.PASS;
    return new Analysis(worst, controlCalls, canaryCalls, checks);
  }

  private static boolean has(List<Check> checks, Verdict verdict) {
    return checks.stream().anyMatch(check -> check.verdict == verdict);
  }

  /** Why it is so: the reasons of the checks that say so. */
  public String reason() {
    return checks.stream()
        .filter(check -> check.verdict == verdict && verdict != Verdict.PASS)
        .map(check -> check.name + ": " + check.reason)
        .collect(Collectors.joining("; "));
  }

  /**
   * One thing that both are compared by.
   *
   * @param name such as {@code error-share}
   * @param control its figure; {@code canary} the canary's
   * @param reason in words
   */
  public record Check(String name, Verdict verdict, double control, double canary, String reason) {}
}
