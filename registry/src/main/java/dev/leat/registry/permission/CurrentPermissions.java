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

/**
 * What every function may at this moment, in memory: asking takes no lock and does no I/O. The feed
 * of changes alone writes here. It is subscribed after what gives the tenants' allowances, whose
 * changes count as changes of this.
 */
public final class CurrentPermissions implements ChangeFeed.Subscriber, PermissionSource {
  /** Tables that are kept; some hundred bytes each, beside the permissions that they share. */
  static final int TABLES_MAX = 10_000;

  private final PermissionStore store;
  private final Allowances allowances;

  /** Only functions that have some: at most as many as tenants may have functions. */
  private final Map<FunctionRef, FunctionPermissions> ofFunctions = new ConcurrentHashMap<>();

  /** By version, to be looked at again after each change. */
  private final Map<FunctionVersion, Permits> tables = new ConcurrentHashMap<>();

  private volatile long revision;

  public CurrentPermissions(PermissionStore store, Allowances allowances) {
    this.store = store;
    this.allowances = allowances;
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
      case Change.TenantChanged(TenantId tenant) -> hasChanged();
      default -> {} // not what a function may
    }
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
