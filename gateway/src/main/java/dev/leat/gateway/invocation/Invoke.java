package dev.leat.gateway.invocation;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Invocation;
import dev.leat.contract.Invoker;
import dev.leat.contract.Origin;
import dev.leat.contract.Trigger;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import dev.leat.registry.canary.Sampling;
import dev.leat.registry.route.Route.Target;
import dev.leat.tenants.Authenticator;
import dev.leat.tenants.Principal;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.function.Predicate;

/** Invokes the function; from here on the call itself holds its body and its place. */
final class Invoke implements Step<InvocationExchange> {
  private static final Predicate<String> ANY_TOKEN = field -> true;

  /** What an invocation may take beyond waiting, coming up and running: for the way there. */
  private static final Duration WAY_MAX = Duration.ofSeconds(1);

  private final Predicate<String> ofThisInstallation;
  private final Invoker invoker;
  private final long waitAndWayNanos;

  /**
   * @param waitMax how long an invocation may wait at a worker
   */
  Invoke(Authenticator authenticator, Invoker invoker, Duration waitMax) {
    this.waitAndWayNanos = waitMax.plus(WAY_MAX).toNanos();
    this.ofThisInstallation = authenticator::isOfThisInstallation;
    this.invoker = invoker;
  }

  @Override
  public Next take(InvocationExchange exchange) {
    HttpServerRequest request = exchange.request();
    Target called = exchange.called();
    Predicate<String> isHidden = called.spec().isPublic() ? ofThisInstallation : ANY_TOKEN;
    HttpCall call =
        new HttpCall(
            request.method().name(),
            exchange.target().rest(),
            request.query(),
            RequestHeaders.of(request.headers(), isHidden, exchange.traceParent()),
            exchange.body());
    Sampling.Tally tally = exchange.target().tally();
    invoker.invoke(
        new Invocation(
            exchange.requestId(),
            called.version(),
            call,
            origin(exchange),
            deadline(called.version()),
            null,
            exchange.cancellation()),
        tally == null ? exchange : new CountedCall(tally, call, exchange));
    return Next.WAIT;
  }

  private static Origin origin(InvocationExchange exchange) {
    Principal caller = exchange.principal();
    String trace = exchange.traceParent();
    if (caller != null) {
      return new Origin(caller.subject(), caller.tenant().orElse(null), Trigger.HTTP, trace, 1);
    }
    return trace == null ? Origin.ANONYMOUS : new Origin(null, null, Trigger.HTTP, trace, 1);
  }

  /** It may wait, then take its timeout to come up, and again to run. */
  private long deadline(FunctionVersion version) {
    return System.nanoTime() + waitAndWayNanos + 2 * version.limits().timeout().toNanos();
  }
}
