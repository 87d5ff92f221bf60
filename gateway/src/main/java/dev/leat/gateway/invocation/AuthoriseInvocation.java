package dev.leat.gateway.invocation;

import dev.leat.contract.ProblemCode;
import dev.leat.contract.RequiredClaims;
import dev.leat.contract.TenantId;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import dev.leat.registry.route.Route;
import dev.leat.tenants.Access;
import dev.leat.tenants.Principal;

/**
 * Asks the caller's roles for the right to call functions of the tenant that the path names,
 * whether the token is good for this one, and whether it claims what the version requires.
 */
final class AuthoriseInvocation implements Step<InvocationExchange> {
  @Override
  public Next take(InvocationExchange exchange) {
    Principal caller = exchange.principal();
    InvocationTarget target = exchange.target();
    Route route = target.route();
    if (caller == null || (route == null && !TenantId.isValid(target.tenant()))) {
      return Next.GO_ON; // the function is public, or its tenant cannot exist
    }
    TenantId tenant =
        route == null
            ? new TenantId(target.tenant())
            : route.leading().version().function().tenant();
    return switch (Access.decide(caller, Access.Right.INVOKE, tenant)) {
      case ALLOWED ->
          route == null || caller.scope().allows(route.leading().version().function().name())
              ? claims(exchange, caller)
              : RequireFunction.refuseAsUnknown(exchange);
      case HIDDEN -> RequireFunction.refuse(exchange, "");
      case FORBIDDEN ->
          exchange.refuse(
              ProblemCode.FORBIDDEN,
              "Calling functions needs the role invoker, developer or tenant-admin.");
    };
  }

  /** Whose token claims too little is not told what would be enough. */
  private static Next claims(InvocationExchange exchange, Principal caller) {
    RequiredClaims required = exchange.target().claims();
    return required.isNone() || caller.claims().have(required)
        ? Next.GO_ON
        : exchange.refuse(
            ProblemCode.CLAIMS_NOT_MET,
            "The function requires claims that the token does not have. Ask who deployed it which"
                + " they are.");
  }
}
