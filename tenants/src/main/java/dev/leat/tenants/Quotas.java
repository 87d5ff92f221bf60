package dev.leat.tenants;

import dev.leat.contract.Answer;
import dev.leat.contract.Change;
import dev.leat.contract.EditDistance;
import dev.leat.contract.Excerpt;
import dev.leat.contract.Finding;
import dev.leat.contract.TenantId;
import dev.leat.store.ChangeFeed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Each tenant's named limits; what has none is unlimited. What is changed holds at the {@link
 * QuotaGate} given when the feed of changes brings it. Blocks on the store.
 */
public final class Quotas implements ChangeFeed.Subscriber {
  /** In place of a limit: there shall be none. */
  public static final long UNLIMITED = -1;

  public static final long LIMIT_MAX = 1_000_000;

  private final QuotaStore store;
  private final QuotaGate gate;

  public Quotas(QuotaStore store, QuotaGate gate) {
    this.store = store;
    this.gate = gate;
  }

  @Override
  public void load() {
    gate.limit(store.all());
  }

  @Override
  public void changed(Change change) {
    switch (change) {
      case Change.QuotaChanged(TenantId tenant) -> load(tenant);
      case Change.TenantChanged(TenantId tenant) -> load(tenant);
      default -> {} // not a quota's
    }
  }

  private void load(TenantId tenant) {
    gate.limit(tenant, store.find(tenant).orElse(Map.of()));
  }

  /** The limits of a tenant in the order of their names. */
  public Answer<Map<String, Long>> show(TenantId tenant) {
    return store
        .find(tenant)
        .map(limits -> Answer.done((Map<String, Long>) new TreeMap<>(limits)))
        .orElseGet(() -> Refusals.unknownTenant(tenant));
  }

  /**
   * Changes some limits, leaves the others, and gives them all.
   *
   * @param changes by quota name: 1 to {@link #LIMIT_MAX}, or {@link #UNLIMITED} to remove
   */
  public Answer<Map<String, Long>> set(TenantId tenant, Map<String, Long> changes) {
    return store
        .change(tenant, before -> changed(before, changes))
        .orElseGet(() -> Refusals.unknownTenant(tenant));
  }

  private static Answer<Map<String, Long>> changed(
      Map<String, Long> before, Map<String, Long> changes) {
    List<Finding> findings = findings(before, changes);
    if (!findings.isEmpty()) {
      return Refusals.invalid("The quota change", findings);
    }
    Map<String, Long> after = new TreeMap<>(before);
    after.putAll(changes);
    after.values().removeIf(limit -> limit == UNLIMITED);
    return Answer.done(after);
  }

  private static List<Finding> findings(Map<String, Long> before, Map<String, Long> changes) {
    List<Finding> findings = new ArrayList<>();
    new TreeMap<>(changes)
        .forEach((name, limit) ->
            complaint(name, limit).ifPresent(message -> findings.add(new Finding(name, message))));
    Map<String, Long> after = new HashMap<>(before);
    after.putAll(changes);
    if (isLimited(after, Quota.BURST) && !isLimited(after, Quota.REQUESTS_PER_SECOND)) {
      findings.add(
          new Finding(
              Quota.BURST.word(),
              "burst limits nothing without requests-per-second. Set that too."));
    }
    return findings;
  }

  private static boolean isLimited(Map<String, Long> limits, Quota quota) {
    return limits.getOrDefault(quota.word(), UNLIMITED) != UNLIMITED;
  }

  /** What is wrong with this change, if anything. */
  private static Optional<String> complaint(String name, long limit) {
    Optional<Quota> quota = Quota.ofWord(name);
    if (quota.isEmpty()) {
      return Optional.of("There is no quota '" + Excerpt.of(name) + "'; " + suggestion(name));
    }
    if (!quota.get().isEnforced()) {
      return Optional.of(
          "This version does not enforce "
              + name
              + " yet. It enforces "
              + String.join(", ", Quota.enforcedWords())
              + ".");
    }
    return limit == UNLIMITED || (limit >= 1 && limit <= LIMIT_MAX)
        ? Optional.empty()
        : Optional.of(
            name + " must be 1-" + LIMIT_MAX + ", or -1 for no limit; was " + limit + ".");
  }

  private static String suggestion(String name) {
    return EditDistance.nearest(name, Quota.words())
        .map(near -> "did you mean " + near + "?")
        .orElseGet(() -> "the quotas are " + String.join(", ", Quota.words()) + ".");
  }
}
