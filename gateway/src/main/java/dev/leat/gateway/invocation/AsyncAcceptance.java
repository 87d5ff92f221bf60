package dev.leat.gateway.invocation;

import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.NewInvocation;
import java.util.function.Consumer;

/** Accepts invocations that are run later. Never blocks. */
@FunctionalInterface
public interface AsyncAcceptance {
  /**
   * @param told what became of it, once, on any thread or at once
   */
  void accept(NewInvocation invocation, Consumer<Acceptance> told);
}
