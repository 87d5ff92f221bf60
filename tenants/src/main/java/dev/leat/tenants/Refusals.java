package dev.leat.tenants;

import dev.leat.contract.Answer;
import dev.leat.contract.Finding;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import java.util.List;

/** The refusals that several use cases give. */
final class Refusals {
  private Refusals() {}

  static <T> Answer<T> unknownTenant(TenantId id) {
    return Answer.refused(ProblemCode.NOT_FOUND, "There is no tenant '" + id + "'.");
  }

  /** A single finding speaks for itself; several are counted. */
  static <T> Answer<T> invalid(String what, List<Finding> findings) {
    return Answer.refused(
        findings.size() == 1
            ? new Problem(ProblemCode.INVALID_REQUEST, findings.getFirst().message(), findings)
            : Problem.of(ProblemCode.INVALID_REQUEST, what, findings));
  }
}
