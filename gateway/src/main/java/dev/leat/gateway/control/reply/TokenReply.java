package dev.leat.gateway.control.reply;

import dev.leat.tenants.Role;
import dev.leat.tenants.Token;
import java.util.List;

/** A token, without what it is proved by. */
public record TokenReply(
    String id, String subject, List<String> roles, String createdAt, String expiresAt) {
  public static TokenReply of(Token token) {
    return new TokenReply(
        token.id(),
        token.subject(),
        token.roles().stream().map(Role::word).toList(),
        token.issuedAt().toString(),
        token.expiresAt().toString());
  }
}
