package dev.leat.gateway.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.Answer;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.gateway.control.reply.IssuedTokenReply;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.gateway.control.reply.QuotaReply;
import dev.leat.gateway.control.reply.TenantReply;
import dev.leat.gateway.control.reply.TokenReply;
import dev.leat.tenants.Quotas;
import dev.leat.tenants.Role;
import dev.leat.tenants.Tenants;
import dev.leat.tenants.TokenRequest;
import dev.leat.tenants.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tenants, their quotas and tokens. */
final class TenantOperations {
  private final Tenants tenants;
  private final Quotas quotas;
  private final Tokens tokens;
  private final TenantLifecycle lifecycle;

  TenantOperations(Tenants tenants, Quotas quotas, Tokens tokens, TenantLifecycle lifecycle) {
    this.tenants = tenants;
    this.quotas = quotas;
    this.tokens = tokens;
    this.lifecycle = lifecycle;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "listTenants", this::list,
        "createTenant", this::create,
        "getTenant",
            call -> Reply.ok(tenants.show(call.tenant()).map(TenantReply::of)),
        "deleteTenant", this::delete,
        "getQuota", call -> Reply.ok(quotas.show(call.tenant()).map(QuotaReply::new)),
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
        call.json(NewTenant.class),
        body -> {
          if (body.name() == null || !TenantId.isValid(body.name())) {
            return Reply.refused(
                ProblemCode.INVALID_REQUEST,
                "A tenant's name must be 1-63 characters of a-z, 0-9 and '-', starting with a"
                    + " letter.");
          }
          return Reply.of(
              lifecycle.create(new TenantId(body.name())),
              tenant -> Reply.created(TenantReply.of(tenant), "/v1/tenants/" + tenant.id()));
        });
  }

  private Reply delete(Call call) {
    return Reply.of(lifecycle.remove(call.tenant()), tenant -> new Reply.Done());
  }

  private Reply setQuota(Call call) {
    return Reply.of(
        call.json(JsonNode.class),
        body -> {
          Map<String, Long> changes = new LinkedHashMap<>();
          List<String> wrong = new ArrayList<>();
          body.properties()
              .forEach(entry -> {
                if (entry.getValue().isIntegralNumber() && entry.getValue().canConvertToLong()) {
                  changes.put(entry.getKey(), entry.getValue().longValue());
                } else {
                  wrong.add(entry.getKey());
                }
              });
          if (!body.isObject() || !wrong.isEmpty()) {
            return Reply.refused(
                ProblemCode.INVALID_REQUEST,
                "The body must be a JSON object of quota names to whole numbers" + wrong + ".");
          }
          return Reply.ok(quotas.set(call.tenant(), changes).map(QuotaReply::new));
        });
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
    return Reply.of(
        call.json(NewToken.class),
        body -> {
          Set<Role> roles = EnumSet.noneOf(Role.class);
          for (String word : body.roles() == null ? List.<String>of() : body.roles()) {
            Optional<Role> role = Role.ofWord(word);
            if (role.isEmpty()) {
              return Reply.refused(
                  ProblemCode.INVALID_REQUEST,
                  "There is no such role; the roles are tenant-admin, developer and invoker.");
            }
            if (!roles.add(role.get())) {
              return Reply.refused(
                  ProblemCode.INVALID_REQUEST, "The role '" + word + "' is given twice.");
            }
          }
          if (roles.isEmpty()) {
            return Reply.refused(
                ProblemCode.INVALID_REQUEST,
                "A token needs at least one role: tenant-admin, developer or invoker.");
          }
          String subject = body.subject() == null ? roles.iterator().next().word() : body.subject();
          return Reply.of(
              tokens.issue(
                  call.by(),
                  new TokenRequest(
                      Optional.of(call.tenant()),
                      subject,
                      roles,
                      Duration.ofSeconds(body.ttlSeconds()))),
              token -> new Reply.Json(
                      201, IssuedTokenReply.of(token), Map.of("cache-control", "no-store")));
        });
  }

  private Reply revokeToken(Call call) {
    return Reply.of(
        tokens.revoke(Optional.of(call.tenant()), call.parameter("id")), token -> new Reply.Done());
  }

  private record NewTenant(@Nullable String name) {}

  private record NewToken(
      @Nullable String subject, @Nullable List<String> roles, long ttlSeconds) {}
}
