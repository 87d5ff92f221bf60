package dev.leat.gateway.control;

import dev.leat.contract.TenantId;
import dev.leat.gateway.control.reply.IssuedTokenReply;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.gateway.control.reply.TokenReply;
import dev.leat.gateway.control.request.NewOperatorToken;
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
        "listTokens", call -> list(call, Optional.of(call.tenant())),
        "createToken", this::create,
        "revokeToken", call -> revoke(call, Optional.of(call.tenant())),
        "listOperatorTokens", call -> list(call, Optional.empty()),
        "createOperatorToken", this::createOperators,
        "revokeOperatorToken", call -> revoke(call, Optional.empty()));
  }

  private Reply list(Call call, Optional<TenantId> tenant) {
    return Reply.ok(
        call.limit()
            .then(limit -> tokens.list(tenant, limit, call.query("cursor")))
            .map(page -> PageReply.of(page, TokenReply::of)));
  }

  private Reply create(Call call) {
    NewToken asked = call.json(NewToken.class);
    Set<Role> roles = EnumSet.noneOf(Role.class);
    asked.roles().forEach(word -> roles.add(Role.ofWord(word).orElseThrow()));
    return create(
        call,
        new TokenRequest(
            Optional.of(call.tenant()),
            Objects.requireNonNullElse(asked.subject(), roles.iterator().next().word()),
            roles,
            Objects.requireNonNullElse(asked.functions(), List.of()),
            Duration.ofSeconds(asked.ttlSeconds())));
  }

  private Reply createOperators(Call call) {
    NewOperatorToken asked = call.json(NewOperatorToken.class);
    return create(
        call,
        new TokenRequest(
            Optional.empty(),
            Objects.requireNonNullElse(asked.subject(), Role.OPERATOR.word()),
            Set.of(Role.OPERATOR),
            Duration.ofSeconds(asked.ttlSeconds())));
  }

  private Reply create(Call call, TokenRequest request) {
    return Reply.of(
        tokens.issue(call.by(), request),
        token ->
            new Reply.Json(201, IssuedTokenReply.of(token), Map.of("cache-control", "no-store")));
  }

  private Reply revoke(Call call, Optional<TenantId> tenant) {
    return Reply.of(tokens.revoke(tenant, call.parameter("id")), token -> new Reply.Done());
  }
}
