package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.gateway.control.reply.IssuedTokenReply;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.gateway.control.reply.QuotaReply;
import dev.leat.gateway.control.reply.TenantReply;
import dev.leat.gateway.control.reply.TokenReply;
import dev.leat.gateway.control.request.NewTenant;
import dev.leat.gateway.control.request.NewToken;
import dev.leat.gateway.control.request.QuotaChange;
import dev.leat.tenants.Quotas;
import dev.leat.tenants.Role;
import dev.leat.tenants.Tenants;
import dev.leat.tenants.TokenRequest;
import dev.leat.tenants.Tokens;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Tenants, their quotas and tokens. */
final class TenantOperations {
  private final Tenants tenants;
  private final Quotas quotas;
  private final Tokens tokens;

  TenantOperations(Tenants tenants, Quotas quotas, Tokens tokens) {
    this.tenants = tenants;
    this.quotas = quotas;
    this.tokens = tokens;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "listTenants", this::list,
        "createTenant", this::create,
        "getTenant", call -> Reply.ok(tenants.show(call.tenant()).map(TenantReply::of)),
        "deleteTenant", this::delete,
        "getQuota", call -> Reply.ok(quotas.show(call.tenant()).map(QuotaReply::of)),
        "setQuota", this::setQuota,
        "listTokens", this::listTokens,
        "createToken", this::createToken,
        "revokeToken", this::revokeToken);
  }

  private Reply list(Call call) {
    return Reply.ok(call.limit().then(limit -> cursor(call).then(cursor -> page(limit, cursor))));
  }

  private static Answer<Optional<TenantId>> cursor(Call call) {
    Optional<String> cursor = call.query("cursor");
    return cursor.isEmpty() || TenantId.isValid(cursor.get())
        ? Answer.done(cursor.map(TenantId::new))
        : Answer.refused(
            ProblemCode.INVALID_REQUEST,
            "The parameter 'cursor' must be the 'next' of an earlier page.");
  }

  private Answer<PageReply<TenantReply>> page(int limit, Optional<TenantId> cursor) {
    return tenants
        .list(limit, cursor)
        .map(found ->
            new PageReply<>(
                found.stream().map(TenantReply::of).toList(),
                found.size() == limit ? found.getLast().id().value() : null));
  }

  private Reply create(Call call) {
    return Reply.of(
        tenants.create(new TenantId(call.json(NewTenant.class).name())),
        tenant -> Reply.created(TenantReply.of(tenant), "/v1/tenants/" + tenant.id()));
  }

  private Reply delete(Call call) {
    return Reply.of(tenants.delete(call.tenant()), tenant -> new Reply.Done());
  }

  private Reply setQuota(Call call) {
    return Reply.ok(
        quotas.set(call.tenant(), call.json(QuotaChange.class).limits()).map(QuotaReply::of));
  }

  private Reply listTokens(Call call) {
    return Reply.ok(
        tokens
            .list(Optional.of(call.tenant()))
            .map(all ->
                PageReply.all(
                    all.stream().filter(token -> !token.revoked()).toList(), TokenReply::of)));
  }

  private Reply createToken(Call call) {
    NewToken asked = call.json(NewToken.class);
    Set<Role> roles = EnumSet.noneOf(Role.class);
    asked.roles().forEach(word -> roles.add(Role.ofWord(word).orElseThrow()));
    TokenRequest request =
        new TokenRequest(
            Optional.of(call.tenant()),
            Objects.requireNonNullElse(asked.subject(), roles.iterator().next().word()),
            roles,
            Duration.ofSeconds(asked.ttlSeconds()));
    return Reply.of(
        tokens.issue(call.by(), request),
        token ->
            new Reply.Json(201, IssuedTokenReply.of(token), Map.of("cache-control", "no-store")));
  }

  private Reply revokeToken(Call call) {
    return Reply.of(
        tokens.revoke(Optional.of(call.tenant()), call.parameter("id")), token -> new Reply.Done());
  }
}
