package dev.leat.gateway.control;

import dev.leat.audit.Denials;
import dev.leat.contract.Excerpt;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import dev.leat.tenants.Access;
import dev.leat.tenants.Principal;
import dev.leat.tenants.Tenants;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks the caller's roles for the right that the operation needs, for the tenant of the path or,
 * where it names none, for the platform. Another's tenant is as none. A suspended tenant's tokens
 * may do nothing; operators go on seeing to what it has.
 */
final class AuthoriseOperation implements Step<ControlExchange> {
  private final Tenants tenants;
  private final Denials denials;

  AuthoriseOperation(Tenants tenants, Denials denials) {
    this.tenants = tenants;
    this.denials = denials;
  }

  @Override
  public Next take(ControlExchange exchange) {
    Principal caller = exchange.principal();
    Optional<Access.Right> right = exchange.declared().right();
    if (caller == null) {
      return Next.GO_ON;
    }
    if (caller.tenant().isPresent() && tenants.isSuspended(caller.tenant().get())) {
      return exchange.refuse(Tenants.suspended(caller.tenant().get()));
    }
    if (right.isEmpty()) {
      return Next.GO_ON;
    }
    String name = exchange.parameters().get("tenant");
    return switch (decide(caller, right.get(), name)) {
      case ALLOWED ->
          name == null || tenants.exists(new TenantId(name))
              ? withinScope(exchange, caller)
              : hidden(exchange, caller);
      case HIDDEN -> {
        deny(exchange, caller);
        yield hidden(exchange, caller);
      }
      case FORBIDDEN -> {
        deny(exchange, caller);
        yield exchange.refuse(ProblemCode.FORBIDDEN, Access.forbidden(caller, right.get()));
      }
    };
  }

  /** Told to the caller's own tenant: what it tried to reach need not exist. */
  private void deny(ControlExchange exchange, Principal caller) {
    denials.count(
        caller.tenant(),
        caller.subject(),
        exchange.declared().id(),
        Excerpt.of(exchange.request().path()));
  }

  /** A function that the token is not good for is as none; only deploying it would make one. */
  private static Next withinScope(ControlExchange exchange, Principal caller) {
    String function = exchange.parameters().get("function");
    boolean isWithin =
        function == null
            ? !exchange.declared().isOfAllFunctions()
            : caller.scope().allows(function);
    if (caller.scope().isAll() || isWithin) {
      return Next.GO_ON;
    }
    return function == null || exchange.declared().method().equals("PUT")
        ? exchange.refuse(
            ProblemCode.FORBIDDEN,
            "The token is limited to the functions %s. Use one that is not."
                .formatted(caller.scope()))
        : exchange.refuse(
            ProblemCode.FUNCTION_NOT_FOUND,
            "Tenant '%s' has no function '%s'."
                .formatted(exchange.parameters().get("tenant"), Excerpt.of(function)));
  }

  private static Access.Decision decide(
      Principal caller, Access.Right right, @Nullable String tenant) {
    if (tenant == null) {
      return Access.decide(caller, right);
    }
    return TenantId.isValid(tenant)
        ? Access.decide(caller, right, new TenantId(tenant))
        : Access.Decision.HIDDEN;
  }

  /** Where to look is told to those who may look: to others no tenant but their own exists. */
  private static Next hidden(ControlExchange exchange, Principal caller) {
    return exchange.refuse(
        ProblemCode.NOT_FOUND,
        caller.tenant().isEmpty()
            ? "There is no such tenant. 'leat tenant list' shows those that there are."
            : "There is no such tenant.");
  }
}
