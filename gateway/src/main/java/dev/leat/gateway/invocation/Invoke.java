package dev.leat.gateway.invocation;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import dev.leat.registry.canary.Sampling;
import dev.leat.registry.route.Route.Target;
import java.time.Duration;

/** Invokes the function; from here on the call itself holds its body and its place. */
final class Invoke implements Step<InvocationExchange> {
  /** What an invocation may take beyond waiting, coming up and running: for the way there. */
  private static final Duration WAY_MAX = Duration.ofSeconds(1);

  private final CallOf calls;
  private final Invoker invoker;
  private final long waitAndWayNanos;

  /**
   * @param waitMax how long an invocation may wait at a worker
   */
  Invoke(CallOf calls, Invoker invoker, Duration waitMax) {
    this.waitAndWayNanos = waitMax.plus(WAY_MAX).toNanos();
    this.calls = calls;
    this.invoker = invoker;
  }

  @Override
  public Next take(InvocationExchange exchange) {
    Target called = exchange.called();
    HttpCall call = calls.of(exchange);
    Sampling.Tally tally = exchange.target().tally();
    invoker.invoke(
        new Invocation(
            exchange.requestId(),
            called.version(),
            call,
            CallOf.origin(exchange),
            deadline(called.version()),
            null,
            cancellation(exchange)),
        tally == null ? exchange : new CountedCall(tally, call, exchange));
    return Next.WAIT;
  }

  /**
   * A call with a key goes on when its client hangs up, within its deadline: whoever sends it again
   * is given its answer. Else the key would have to be free again, and the same run twice.
   */
  private static Cancellation cancellation(InvocationExchange exchange) {
    return exchange.told() == null ? exchange.cancellation() : new Cancellation();
  }

  /** It may wait, then take its timeout to come up, and again to run. */
  private long deadline(FunctionVersion version) {
    return System.nanoTime() + waitAndWayNanos + 2 * version.limits().timeout().toNanos();
  }
}
