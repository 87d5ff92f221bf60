package dev.leat.gateway.control.reply;

import dev.leat.tenants.Issuer;
import java.util.List;

/** An issuer whose tokens a tenant takes. */
public record IssuerReply(
    String name,
    String issuer,
    String jwks,
    String audience,
    List<IssuerRole> roles,
    String createdAt) {
  public static IssuerReply of(Issuer issuer) {
    return new IssuerReply(
        issuer.name(),
        issuer.url(),
        issuer.jwks(),
        issuer.audience(),
        issuer.rules().stream()
            .map(rule -> new IssuerRole(rule.claim(), rule.value(), rule.role().word()))
            .toList(),
        issuer.createdAt().toString());
  }
}
