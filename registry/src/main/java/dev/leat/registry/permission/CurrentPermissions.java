package dev.leat.registry.permission;

import dev.leat.contract.Allowances;
import dev.leat.contract.Change;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.FunctionPermissions;
import dev.leat.contract.permission.PermissionSource;
import dev.leat.contract.permission.Permits;
import dev.leat.store.ChangeFeed;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * What every function may at this moment, in memory: asking takes no lock and does no I/O. The feed
 * of changes alone writes here. It is subscribed after what gives the tenants' allowances, whose
 * changes count as changes of this.
 */
public final class CurrentPermissions implements ChangeFeed.Subscriber, PermissionSource {
  /** Tables that are kept; some hundred bytes each, beside the permissions that they share. */
  static final int TABLES_MAX = 10_000;

  /**
   * Deleted tenants that are remembered, some hundred bytes each. All are forgotten beyond: nobody
   * deletes so many in the five minutes that a call can last.
   */
  static final int GONE_MAX = 10_000;

  private final PermissionStore store;
  private final Allowances allowances;
  private final Predicate<TenantId> exists;

  /** Only functions that have some: at most as many as tenants may have functions. */
  private final Map<FunctionRef, FunctionPermissions> ofFunctions = new ConcurrentHashMap<>();

  /** By version, to be looked at again after each change. */
  private final Map<FunctionVersion, Permits> tables = new ConcurrentHashMap<>();

  /** The revision with which each tenant was found to be deleted. */
  private final Map<TenantId, Long> gone = new ConcurrentHashMap<>();

  private volatile long revision;

  /**
   * @param exists which tenants there are, as the feed has told before it tells this
   */
  public CurrentPermissions(
      PermissionStore store, Allowances allowances, Predicate<TenantId> exists) {
    this.store = store;
    this.allowances = allowances;
    this.exists = exists;
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public Permits of(FunctionVersion version) {
    FunctionRef function = version.function();
    Optional<FunctionPermissions> permissions = Optional.ofNullable(ofFunctions.get(function));
    Set<String> powers = allowances.of(function.tenant()).grants();
    Permits known = tables.get(version);
    Permits now =
        known == null
            ? Permits.of(version.grants(), permissions, powers)
            : known.under(permissions, powers);
    if (now != known) {
      if (tables.size() >= TABLES_MAX) {
        tables.clear(); // versions come and go; those in use are made anew
      }
      tables.put(version, now);
    }
    return now;
  }

  @Override
  public boolean isGone(TenantId tenant, long since) {
    return gone.getOrDefault(tenant, 0L) > since;
  }

  @Override
  public void load() {
    Map<FunctionRef, FunctionPermissions> all = store.all();
    ofFunctions.keySet().retainAll(all.keySet());
    ofFunctions.putAll(all);
    hasChanged();
  }

  @Override
  public void changed(Change change) {
    switch (change) {
      case Change.PermissionsChanged(FunctionRef function) -> {
        Optional<PermissionSet> now = store.find(function.tenant(), function.name());
        if (now.isPresent()) {
          ofFunctions.put(function, now.get().permissions());
        } else {
          ofFunctions.remove(function);
        }
        hasChanged();
      }
      case Change.PermissionsForgotten(TenantId tenant) -> {
        ofFunctions.keySet().removeIf(function -> function.tenant().equals(tenant));
        hasChanged();
      }
      case Change.QuotaChanged(TenantId tenant) -> hasChanged();
      case Change.DefaultQuotaChanged() -> hasChanged();
      case Change.TenantChanged(TenantId tenant) -> {
        if (!exists.test(tenant)) {
          remove(tenant);
        }
        hasChanged();
      }
      // Only with the tenant, whose next one of the name may be there already.
      case Change.RoutesForgotten(TenantId tenant) -> {
        remove(tenant);
        hasChanged();
      }
      default -> {} // not what a function may
    }
  }

  private void remove(TenantId tenant) {
    tables.keySet().removeIf(version -> version.function().tenant().equals(tenant));
    if (gone.size() >= GONE_MAX) {
      gone.clear();
    }
    gone.put(tenant, revision + 1);
  }

  /** Versions whose table is kept. */
  int tables() {
    return tables.size();
  }

  /** What is new is there already: who sees the number sees that, too. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // subscribers are called one at a time
  private void hasChanged() {
    revision++;
  }
}
