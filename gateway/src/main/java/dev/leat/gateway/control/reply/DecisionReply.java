package dev.leat.gateway.control.reply;

import dev.leat.contract.permission.Permits;
import dev.leat.registry.permission.PermitFunction.Decided;

/**
 * What becomes of a request of a function.
 *
 * @param by what allows or denies it: allowed, manifest, tenant, permissions, resource
 */
public record DecisionReply(
    String function, String version, String type, String resource, boolean allowed, String by) {
  public static DecisionReply of(Decided decided) {
    return new DecisionReply(
        decided.version().function().name().value(),
        decided.version().label(),
        decided.type().word(),
        decided.resource(),
        decided.decision() == Permits.Decision.ALLOWED,
        switch (decided.decision()) {
          case ALLOWED -> "allowed";
          case NO_RESOURCE -> "resource";
          case NOT_IN_MANIFEST -> "manifest";
          case NOT_OF_TENANT -> "tenant";
          case NOT_PERMITTED -> "permissions";
        });
  }
}
