package dev.leat.gateway.invocation;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import java.util.function.Predicate;

/** Goes on unless only revoked keys signed the version's module and its tenant drains those. */
final class RefuseDrained implements Step<InvocationExchange> {
  private final Predicate<FunctionVersion> isDrained;

  RefuseDrained(Predicate<FunctionVersion> isDrained) {
    this.isDrained = isDrained;
  }

  @Override
  public Next take(InvocationExchange exchange) {
    FunctionVersion version = exchange.called().version();
    return isDrained.test(version)
        ? exchange.refuse(
            ProblemCode.MODULE_REVOKED,
            "Each key that signed the module of '%s' was revoked, and the tenant's policy is on-revoke=drain. Call or release a version of another module, or publish this one signed by another key."
                .formatted(version))
        : Next.GO_ON;
  }
}
