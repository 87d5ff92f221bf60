package dev.leat.gateway.control;

import dev.leat.gateway.control.reply.IssuedTokenReply;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.gateway.control.reply.TokenReply;
import dev.leat.gateway.control.request.NewToken;
import dev.leat.tenants.Role;
import dev.leat.tenants.TokenRequest;
import dev.leat.tenants.Tokens;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The tokens of a tenant. */
final class TokenOperations {
  private final Tokens tokens;

  TokenOperations(Tokens tokens) {
    this.tokens = tokens;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "listTokens", this::list,
        "createToken", this::create,
        "revokeToken", this::revoke);
  }

  private Reply list(Call call) {
    return Reply.ok(
        call.limit()
            .then(limit -> tokens.list(Optional.of(call.tenant()), limit, call.query("cursor")))
            .map(page -> PageReply.of(page, TokenReply::of)));
  }

  private Reply create(Call call) {
    NewToken asked = call.json(NewToken.class);
    Set<Role> roles = EnumSet.noneOf(Role.class);
    asked.roles().forEach(word -> roles.add(Role.ofWord(word).orElseThrow()));
    TokenRequest request =
        new TokenRequest(
            Optional.of(call.tenant()),
            Objects.requireNonNullElse(asked.subject(), roles.iterator().next().word()),
            roles,
            Objects.requireNonNullElse(asked.functions(), List.of()),
            Duration.ofSeconds(asked.ttlSeconds()));
    return Reply.of(
        tokens.issue(call.by(), request),
        token ->
            new Reply.Json(201, IssuedTokenReply.of(token), Map.of("cache-control", "no-store")));
  }

  private Reply revoke(Call call) {
    return Reply.of(
        tokens.revoke(Optional.of(call.tenant()), call.parameter("id")), token -> new Reply.Done());
  }
}
