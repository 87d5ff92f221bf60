package dev.leat.tenants;

import dev.leat.contract.TenantId;
import java.time.Instant;
import java.util.List;

/**
 * Somebody outside (an OpenID provider) whose tokens a tenant takes.
 *
 * @param name by which the tenant's issuers are told apart
 * @param url the {@code iss} of its tokens, letter by letter
 * @param jwks where its keys are
 * @param audience the {@code aud} that its tokens must name; with {@code url} it is of one tenant
 *     alone
 * @param rules which roles its tokens give
 */
public record Issuer(
    TenantId tenant,
    String name,
    String url,
    String jwks,
    String audience,
    List<RoleRule> rules,
    Instant createdAt) {
  public Issuer {
    rules = List.copyOf(rules);
  }

  /**
   * A token whose claim is this value, or a list that has it, gives this role.
   *
   * @param claim its name, or its path with dots, such as {@code realm_access.roles}
   */
  public record RoleRule(String claim, String value, Role role) {}
}
