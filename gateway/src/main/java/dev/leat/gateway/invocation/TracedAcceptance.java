package dev.leat.gateway.invocation;

import dev.leat.contract.TenantId;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.contract.trace.Span;
import dev.leat.contract.trace.SpanAttributes;
import dev.leat.contract.trace.TraceParent;
import dev.leat.contract.trace.Tracing;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.NewInvocation;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Where a call's trace is kept, its acceptance is a span, {@code enqueue}: the cause of what runs
 * later, which is a trace of its own.
 */
record TracedAcceptance(AsyncAcceptance next, Tracing tracing) implements AsyncAcceptance {
  @Override
  public boolean mayReach(TenantId tenant, HttpTarget target) {
    return next.mayReach(tenant, target);
  }

  @Override
  public void accept(NewInvocation invocation, Consumer<Acceptance> told) {
    String parent = invocation.origin().trace();
    if (parent == null || !tracing.records(parent)) {
      next.accept(invocation, told);
      return;
    }
    String context = TraceParent.child(parent);
    long startNanos = System.nanoTime();
    next.accept(
        invocation.within(context),
        answer -> {
          tracing.ended(
              new Span(
                  context,
                  parent,
                  "enqueue",
                  Span.Kind.PRODUCER,
                  startNanos,
                  System.nanoTime(),
                  Map.of(SpanAttributes.INVOCATION, invocation.id()),
                  answer instanceof Acceptance.Accepted ? null : "refused"));
          told.accept(answer);
        });
  }
}
