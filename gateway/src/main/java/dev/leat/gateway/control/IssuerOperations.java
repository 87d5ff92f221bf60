package dev.leat.gateway.control;

import dev.leat.gateway.control.reply.IssuerReply;
import dev.leat.gateway.control.reply.PageReply;
import dev.leat.gateway.control.request.NewIssuer;
import dev.leat.tenants.Issuer;
import dev.leat.tenants.Issuers;
import dev.leat.tenants.Role;
import java.util.Map;

/** Whose tokens a tenant takes beside the platform's. */
final class IssuerOperations {
  private final Issuers issuers;

  IssuerOperations(Issuers issuers) {
    this.issuers = issuers;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "listIssuers", this::list,
        "addIssuer", this::add,
        "removeIssuer", this::remove);
  }

  private Reply list(Call call) {
    return Reply.ok(PageReply.all(issuers.list(call.tenant()), IssuerReply::of));
  }

  private Reply add(Call call) {
    NewIssuer asked = call.json(NewIssuer.class);
    return Reply.of(
        issuers.add(
            call.tenant(),
            asked.name(),
            asked.issuer(),
            asked.jwks(),
            asked.audience(),
            asked.roles().stream()
                .map(rule ->
                    new Issuer.RoleRule(
                        rule.claim(), rule.value(), Role.ofWord(rule.role()).orElseThrow()))
                .toList()),
        issuer ->
            Reply.created(
                IssuerReply.of(issuer),
                "/v1/tenants/" + issuer.tenant() + "/issuers/" + issuer.name()));
  }

  private Reply remove(Call call) {
    return Reply.of(
        issuers.remove(call.tenant(), call.parameter("issuer")), gone -> new Reply.Done());
  }
}
