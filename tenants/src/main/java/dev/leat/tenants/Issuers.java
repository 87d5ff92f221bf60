package dev.leat.tenants;

import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.Finding;
import dev.leat.contract.Names;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.store.ChangeFeed;
import dev.leat.tenants.Issuer.RoleRule;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who outside issues tokens that tenants take. A token's {@code iss} and {@code aud} together name
 * one issuer of one tenant, and only the keys of that one verify it: so nobody who runs an issuer
 * can speak for another tenant, whatever his tokens and his keys say. Read from memory by any
 * thread; what changes them blocks on the store.
 */
public final class Issuers implements ChangeFeed.Subscriber {
  /** Each costs its keys in memory, 50 KB at most when used. */
  public static final int PER_TENANT_MAX = 5;

  public static final int RULES_MAX = 20;
  public static final int URL_CHARS_MAX = 500;
  public static final int TEXT_CHARS_MAX = 200;

  private static final Pattern TEXT = Pattern.compile("[\\x21-\\x7e]{1," + TEXT_CHARS_MAX + "}");
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private static final String MUST_BE_A_URL =
      "must be an https URL of up to "
          + URL_CHARS_MAX
          + " characters, without user or fragment; http is for loopback hosts only.";

  private static final String MUST_BE_A_WORD =
      "must be 1-" + TEXT_CHARS_MAX + " printable ASCII characters without spaces.";

  private final IssuerStore store;
  private final JwksFetch fetch;
  private final Executor blocking;
  private final InstantSource clock;
  private final LongSupplier nanoTime;

  private final Map<TenantId, List<IssuerKeys>> byTenant = new ConcurrentHashMap<>();

  /** All, by issuer and audience; replaced whole. */
  private volatile Map<Key, IssuerKeys> byToken = Map.of();

  /**
   * @param blocking where keys are fetched
   * @param nanoTime a clock that never steps, as {@link System#nanoTime} is
   */
  public Issuers(
      IssuerStore store,
      JwksFetch fetch,
      Executor blocking,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.store = store;
    this.fetch = fetch;
    this.blocking = blocking;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  @Override
  public void load() {
    Map<TenantId, List<Issuer>> all = new ConcurrentHashMap<>();
    store
        .all()
        .forEach(issuer ->
            all.computeIfAbsent(issuer.tenant(), tenant -> new ArrayList<>()).add(issuer));
    byTenant.keySet().retainAll(all.keySet());
    all.forEach(this::hold);
    index();
  }

  @Override
  public void changed(Change change) {
    switch (change) {
      case Change.IssuersChanged(TenantId tenant) -> load(tenant);
      case Change.TenantChanged(TenantId tenant) when byTenant.containsKey(tenant) -> load(tenant);
      default -> {} // not an issuer's
    }
  }

  private void load(TenantId tenant) {
    List<Issuer> issuers = store.list(tenant);
    if (issuers.isEmpty()) {
      byTenant.remove(tenant);
    } else {
      hold(tenant, issuers);
    }
    index();
  }

  /** Those that stay as they were keep their keys. */
  private void hold(TenantId tenant, List<Issuer> issuers) {
    List<IssuerKeys> before = byTenant.getOrDefault(tenant, List.of());
    byTenant.put(
        tenant,
        issuers.stream()
            .map(issuer ->
                before.stream()
                    .filter(keys -> keys.issuer().equals(issuer))
                    .findFirst()
                    .orElseGet(() -> new IssuerKeys(issuer, fetch, blocking, nanoTime)))
            .toList());
  }

  private void index() {
    Map<Key, IssuerKeys> all = new ConcurrentHashMap<>();
    byTenant
        .values()
        .forEach(issuers ->
            issuers.forEach(
                keys -> all.put(new Key(keys.issuer().url(), keys.issuer().audience()), keys)));
    Set<IssuerKeys> held = Set.copyOf(all.values());
    byToken.values().stream().filter(keys -> !held.contains(keys)).forEach(IssuerKeys::drop);
    byToken = all;
  }

  /**
   * The issuer that a token of this {@code iss} and {@code aud} is of; null if there is none, or if
   * its audiences name several. Never blocks.
   */
  @Nullable IssuerKeys find(String url, List<String> audiences) {
    IssuerKeys found = null;
    for (String audience : audiences) {
      IssuerKeys keys = byToken.get(new Key(url, audience));
      if (keys != null && found != null && keys != found) {
        return null;
      }
      found = keys == null ? found : keys;
    }
    return found;
  }

  /**
   * Has a tenant take an issuer's tokens.
   *
   * @param name a-z, 0-9 and '-', starting with a letter
   */
  public Answer<Issuer> add(
      TenantId tenant,
      String name,
      String url,
      String jwks,
      String audience,
      List<RoleRule> rules) {
    List<Finding> findings = findings(name, url, jwks, audience, rules);
    if (!findings.isEmpty()) {
      return Refusals.invalid("The issuer", findings);
    }
    Issuer issuer = new Issuer(tenant, name, url, jwks, audience, rules, clock.instant());
    return switch (store.add(issuer, PER_TENANT_MAX)) {
      case ADDED -> Answer.done(issuer);
      case NO_SUCH_TENANT -> Refusals.unknownTenant(tenant);
      case NAME_TAKEN ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "Tenant '" + tenant + "' has an issuer '" + name + "' already. Remove it first.");
      case AUDIENCE_TAKEN ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "Tokens of that issuer for that audience are taken already, by this tenant or another."
                  + " Use an audience of its own for each.");
      case FULL ->
          Answer.refused(
              ProblemCode.CONFLICT,
              "Tenant '" + tenant + "' has " + PER_TENANT_MAX + " issuers, the most allowed.");
    };
  }

  /** Has a tenant take an issuer's tokens no more. */
  public Answer<String> remove(TenantId tenant, String name) {
    return store.remove(tenant, name)
        ? Answer.done(name)
        : Answer.refused(
            ProblemCode.NOT_FOUND, "Tenant '" + tenant + "' has no such issuer. List them first.");
  }

  /** A tenant's issuers, by name. */
  public List<Issuer> list(TenantId tenant) {
    return store.list(tenant);
  }

  private static List<Finding> findings(
      String name, String url, String jwks, String audience, List<RoleRule> rules) {
    List<Finding> findings = new ArrayList<>();
    if (!Names.isName(name)) {
      findings.add(
          new Finding("name", "The name must be 1-63 of a-z, 0-9 and '-', from a letter on."));
    }
    if (!isFetchable(url)) {
      findings.add(new Finding("issuer", "The issuer " + MUST_BE_A_URL));
    }
    if (!isFetchable(jwks)) {
      findings.add(new Finding("jwks", "The JWK set's address " + MUST_BE_A_URL));
    }
    if (!TEXT.matcher(audience).matches()) {
      findings.add(new Finding("audience", "The audience " + MUST_BE_A_WORD));
    }
    if (rules.isEmpty() || rules.size() > RULES_MAX) {
      findings.add(new Finding("roles", "There must be 1-" + RULES_MAX + " rules for roles."));
    }
    for (int i = 0; i < rules.size(); i++) {
      RoleRule rule = rules.get(i);
      if (!TEXT.matcher(rule.claim()).matches() || !TEXT.matcher(rule.value()).matches()) {
        findings.add(new Finding("roles[" + i + "]", "Claim and value each " + MUST_BE_A_WORD));
      }
      if (rule.role() == Role.OPERATOR) {
        findings.add(
            new Finding("roles[" + i + "]", "A tenant's issuer cannot make anybody an operator."));
      }
    }
    return findings;
  }

  private static boolean isFetchable(String url) {
    if (url.length() > URL_CHARS_MAX) {
      return false;
    }
    try {
      URI uri = new URI(url);
      String host = uri.getHost();
      return host != null
          && uri.getRawUserInfo() == null
          && uri.getRawFragment() == null
          && ("https".equals(uri.getScheme())
              || ("http".equals(uri.getScheme()) && LOOPBACK.contains(host)));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** What of a token says whose it is. */
  private record Key(String url, String audience) {}
}
