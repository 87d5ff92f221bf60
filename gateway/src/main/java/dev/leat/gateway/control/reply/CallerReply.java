package dev.leat.gateway.control.reply;

import dev.leat.contract.TenantId;
import dev.leat.tenants.Principal;
import dev.leat.tenants.Role;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who a token speaks for; operators have no tenant. */
public record CallerReply(
    String subject, @Nullable String tenant, List<String> roles, String expiresAt) {
  public static CallerReply of(Principal caller) {
    return new CallerReply(
        caller.subject(),
        caller.tenant().map(TenantId::value).orElse(null),
        caller.roles().stream().map(Role::word).toList(),
        caller.expiresAt().toString());
  }
}
