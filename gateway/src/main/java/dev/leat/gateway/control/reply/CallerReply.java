package dev.leat.gateway.control.reply;

import dev.leat.contract.TenantId;
import dev.leat.tenants.Principal;
import dev.leat.tenants.Role;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who a token speaks for; operators have no tenant, what is good for all no functions, and a token
 * of the platform's own no {@code issuer}.
 */
public record CallerReply(
    String subject,
    @Nullable String tenant,
    List<String> roles,
    @Nullable List<String> functions,
    @Nullable String issuer,
    String tokenId,
    String expiresAt) {
  public static CallerReply of(Principal caller) {
    return new CallerReply(
        caller.subject(),
        caller.tenant().map(TenantId::value).orElse(null),
        caller.roles().stream().sorted().map(Role::word).toList(),
        caller.scope().isAll() ? null : caller.scope().patterns(),
        caller.issuer().orElse(null),
        caller.tokenId(),
        caller.expiresAt().toString());
  }
}
