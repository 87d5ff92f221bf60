package dev.leat.gateway;

import dev.leat.contract.TenantId;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.gateway.invocation.AsyncAcceptance;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.NewInvocation;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/** Accepts as a test says, and keeps what was to be accepted. */
final class AcceptedCalls implements AsyncAcceptance {
  final List<NewInvocation> all = new CopyOnWriteArrayList<>();
  volatile Function<NewInvocation, Acceptance> answer =
      wish -> new Acceptance.Accepted(wish.id(), true);

  @Override
  public boolean mayReach(TenantId tenant, HttpTarget target) {
    return false;
  }

  @Override
  public void accept(NewInvocation invocation, Consumer<Acceptance> told) {
    all.add(invocation);
    told.accept(answer.apply(invocation));
  }
}
