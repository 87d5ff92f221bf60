package dev.leat.gateway.invocation;

import dev.leat.contract.HttpCall;
import dev.leat.contract.Origin;
import dev.leat.contract.Trigger;
import dev.leat.tenants.Authenticator;
import dev.leat.tenants.Principal;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Predicate;

/** What a request is to its function: the call, and who made it. */
final class CallOf {
  private static final Predicate<String> ANY_TOKEN = field -> true;

  private final Predicate<String> ofThisInstallation;

  CallOf(Authenticator authenticator) {
    this.ofThisInstallation = authenticator::isOfThisInstallation;
  }

  HttpCall of(InvocationExchange exchange) {
    HttpServerRequest request = exchange.request();
    Predicate<String> isHidden =
        exchange.called().spec().isPublic() ? ofThisInstallation : ANY_TOKEN;
    return new HttpCall(
        request.method().name(),
        exchange.target().rest(),
        request.query(),
        RequestHeaders.of(request.headers(), isHidden, exchange.traceParent()),
        exchange.body());
  }

  static Origin origin(InvocationExchange exchange) {
    Principal caller = exchange.principal();
    String trace = exchange.traceParent();
    if (caller != null) {
      return new Origin(caller.subject(), caller.tenant().orElse(null), Trigger.HTTP, trace, 1);
    }
    return trace == null ? Origin.ANONYMOUS : new Origin(null, null, Trigger.HTTP, trace, 1);
  }
}
