package dev.leat.gateway.invocation;

import dev.leat.contract.TenantId;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.NewInvocation;
import java.util.function.Consumer;

/** Accepts invocations that are run later. Never blocks. */
public interface AsyncAcceptance {
  /** Whether the platform would send something there for the tenant, as far as is known now. */
  boolean mayReach(TenantId tenant, HttpTarget target);

  /**
   * @param told what became of it, once, on any thread or at once
   */
  void accept(NewInvocation invocation, Consumer<Acceptance> told);
}
