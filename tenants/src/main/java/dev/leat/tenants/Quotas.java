package dev.leat.tenants;

import dev.leat.contract.Allowance;
import dev.leat.contract.Allowances;
import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.EditDistance;
import dev.leat.contract.Excerpt;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Grant;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.store.ChangeFeed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Each tenant's named limits, and the powers that it may grant; what has none is unlimited. What is
 * changed holds at the {@link QuotaGate} given when the feed of changes brings it. Blocks on the
 * store.
 */
public final class Quotas implements ChangeFeed.Subscriber, Allowances {
  /** In place of a limit: there shall be none. */
  public static final long UNLIMITED = -1;

  private final QuotaStore store;
  private final PowerStore powers;
  private final QuotaGate gate;

  /** Only tenants that something limits, so at most {@link Tenants#TENANTS_MAX}. */
  private final Map<TenantId, Allowance> allowances = new ConcurrentHashMap<>();

  /** Of all other tenants. */
  private volatile Allowance byDefault = Allowance.PLATFORM;

  public Quotas(QuotaStore store, PowerStore powers, QuotaGate gate) {
    this.store = store;
    this.powers = powers;
    this.gate = gate;
  }

  /** Where they hold. */
  public QuotaGate gate() {
    return gate;
  }

  @Override
  public void load() {
    Map<String, Long> defaults = defaults();
    Map<TenantId, TenantLimits> all = store.all();
    Map<TenantId, AllowedPowers> granted = powers.all();
    gate.limit(defaults, all);
    byDefault = TenantAllowance.of(defaults, AllowedPowers.ALL);
    Set<TenantId> limited = new HashSet<>(all.keySet());
    limited.addAll(granted.keySet());
    allowances.keySet().retainAll(limited);
    limited.forEach(tenant ->
        allowances.put(
            tenant,
            TenantAllowance.of(
                TenantBudgets.effective(
                    all.getOrDefault(tenant, TenantLimits.NONE).own(), defaults),
                granted.getOrDefault(tenant, AllowedPowers.ALL))));
  }

  private Map<String, Long> defaults() {
    return store.find(new QuotaScope.EveryTenant()).orElse(Map.of());
  }

  @Override
  public void changed(Change change) {
    switch (change) {
      case Change.DefaultQuotaChanged() -> load();
      case Change.QuotaChanged(TenantId tenant) -> load(tenant);
      // It was deleted, and there may be another of its name by now; a state alone changes nothing.
      case Change.TokensRevoked(TenantId tenant) -> gate.forget(tenant);
      case Change.TenantChanged(TenantId tenant) -> load(tenant);
      default -> {} // not a quota's
    }
  }

  private void load(TenantId tenant) {
    TenantLimits limits = store.of(tenant);
    Optional<AllowedPowers> ofTenant = powers.find(tenant);
    AllowedPowers granted = ofTenant.orElse(AllowedPowers.ALL);
    gate.limit(tenant, limits);
    if (ofTenant.isEmpty()) {
      gate.forget(tenant);
    }
    if (limits.own().isEmpty() && granted.equals(AllowedPowers.ALL)) {
      allowances.remove(tenant);
    } else {
      allowances.put(
          tenant,
          TenantAllowance.of(TenantBudgets.effective(limits.own(), gate.defaults()), granted));
    }
  }

  @Override
  public Allowance of(TenantId tenant) {
    return allowances.getOrDefault(tenant, byDefault);
  }

  /** The limits that are set for a scope. */
  public Answer<QuotaSettings> show(QuotaScope scope) {
    return store
        .find(scope)
        .map(limits -> Answer.done(QuotaSettings.of(limits)))
        .orElseGet(() -> unknown(scope));
  }

  /** How the limits stand, on this node, that hold in a scope. */
  public List<QuotaStanding> standing(QuotaScope scope) {
    return gate.standing(scope);
  }

  /**
   * Changes some limits, leaves the others, and gives them all.
   *
   * @param changes by quota name: 1 to the highest of the quota, or {@link #UNLIMITED} to remove
   */
  public Answer<QuotaSettings> set(QuotaScope scope, Map<String, Long> changes) {
    if (scope instanceof QuotaScope.OfFunction(FunctionRef function) && !gate.hasRoom(function)) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "Tenant '%s' has quotas for %d functions, the most that may have any. Clear those of another: 'none' for each."
              .formatted(function.tenant(), Allowance.FUNCTIONS_MAX));
    }
    return store
        .change(scope, before -> changed(scope, before, changes))
        .map(answer -> answer.map(QuotaSettings::of))
        .orElseGet(() -> unknown(scope));
  }

  private static <T> Answer<T> unknown(QuotaScope scope) {
    return switch (scope) {
      case QuotaScope.EveryTenant() -> throw new IllegalStateException("The default is there");
      case QuotaScope.OfTenant(TenantId tenant) -> Refusals.unknownTenant(tenant);
      case QuotaScope.OfFunction(FunctionRef function) -> Refusals.unknownTenant(function.tenant());
    };
  }

  /** The powers that a tenant may grant. */
  public Answer<AllowedPowers> powers(TenantId tenant) {
    return powers.find(tenant).map(Answer::done).orElseGet(() -> Refusals.unknownTenant(tenant));
  }

  /**
   * Sets the powers that a tenant may grant from now on. What was deployed with others has them no
   * more.
   */
  public Answer<AllowedPowers> setPowers(TenantId tenant, AllowedPowers allowed) {
    List<Finding> findings =
        allowed.grants().stream()
            .filter(Predicate.not(Grant.WORDS::contains))
            .map(word -> new Finding("allow", "There is no power '" + Excerpt.of(word) + "'"))
            .toList();
    if (!findings.isEmpty()) {
      return Refusals.invalid("The change of powers", findings);
    }
    return powers.set(tenant, allowed) ? Answer.done(allowed) : Refusals.unknownTenant(tenant);
  }

  private static Answer<Map<String, Long>> changed(
      QuotaScope scope, Map<String, Long> before, Map<String, Long> changes) {
    List<Finding> findings = findings(scope, before, changes);
    if (!findings.isEmpty()) {
      return Refusals.invalid("The quota change", findings);
    }
    Map<String, Long> after = new TreeMap<>(before);
    after.putAll(changes);
    after.values().removeIf(limit -> limit == UNLIMITED);
    return Answer.done(after);
  }

  private static List<Finding> findings(
      QuotaScope scope, Map<String, Long> before, Map<String, Long> changes) {
    List<Finding> findings = new ArrayList<>();
    new TreeMap<>(changes)
        .forEach((name, limit) ->
            complaint(scope, name, limit)
                .ifPresent(message -> findings.add(new Finding(name, message))));
    Map<String, Long> after = new HashMap<>(before);
    after.putAll(changes);
    if (isLimited(after, Quota.BURST) && !isLimited(after, Quota.REQUESTS_PER_SECOND)) {
      findings.add(
          new Finding(
              Quota.BURST.word(),
              "burst limits nothing without requests-per-second. Set that too."));
    }
    Quota.CEILINGS.forEach((given, ceiling) -> {
      long most = after.getOrDefault(ceiling.word(), UNLIMITED);
      long limit = after.getOrDefault(given.word(), UNLIMITED);
      if (most != UNLIMITED && limit > most) {
        findings.add(
            new Finding(
                given.word(),
                "%s must be at most %s, which is %d; was %d."
                    .formatted(given.word(), ceiling.word(), most, limit)));
      }
    });
    return findings;
  }

  private static boolean isLimited(Map<String, Long> limits, Quota quota) {
    return limits.getOrDefault(quota.word(), UNLIMITED) != UNLIMITED;
  }

  /** What is wrong with this change, if anything. */
  private static Optional<String> complaint(QuotaScope scope, String name, long limit) {
    Optional<Quota> quota = Quota.ofWord(name);
    if (quota.isEmpty()) {
      return Optional.of("There is no quota '" + Excerpt.of(name) + "'; " + suggestion(name));
    }
    if (scope instanceof QuotaScope.OfFunction && !Quota.OF_FUNCTIONS.contains(quota.get())) {
      return Optional.of(
          name
              + " limits a tenant, and no single function; a function's limits are in its manifest.");
    }
    long max = quota.get().max();
    return limit == UNLIMITED || (limit >= 1 && limit <= max)
        ? Optional.empty()
        : Optional.of(name + " must be 1-" + max + ", or -1 for no limit; was " + limit + ".");
  }

  private static String suggestion(String name) {
    return EditDistance.nearest(name, Quota.words())
        .map(near -> "did you mean " + near + "?")
        .orElseGet(() -> "the quotas are " + String.join(", ", Quota.words()) + ".");
  }
}
