package dev.leat.gateway.control.reply;

import dev.leat.tenants.Role;
import dev.leat.tenants.Token;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A token, without what it is proved by; no {@code functions} when it is good for all. */
public record TokenReply(
    String id,
    String subject,
    List<String> roles,
    @Nullable List<String> functions,
    String issuedAt,
    String expiresAt,
    boolean revoked) {
  public static TokenReply of(Token token) {
    return new TokenReply(
        token.id(),
        token.subject(),
        token.roles().stream().sorted().map(Role::word).toList(),
        token.scope().isAll() ? null : token.scope().patterns(),
        token.issuedAt().toString(),
        token.expiresAt().toString(),
        token.revoked());
  }
}
