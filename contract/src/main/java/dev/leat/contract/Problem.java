package dev.leat.contract;

import java.util.List;

/**
 * Why something was refused, for the one who asked.
 *
 * @param code the kind of error
 * @param detail what, the value, the allowed, the remedy; holds no secret
 * @param findings each single mistake, when there can be several at once
 */
public record Problem(ProblemCode code, String detail, List<Finding> findings) {
  public Problem {
    findings = List.copyOf(findings);
  }

  public static Problem of(ProblemCode code, String detail) {
    return new Problem(code, detail, List.of());
  }

  /** A problem whose detail counts its findings. */
  public static Problem of(ProblemCode code, String what, List<Finding> findings) {
    return new Problem(
        code,
        what + " has " + findings.size() + (findings.size() == 1 ? " problem" : " problems"),
        findings);
  }
}
