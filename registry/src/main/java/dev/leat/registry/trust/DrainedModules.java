package dev.leat.registry.trust;

import dev.leat.contract.Change;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.store.ChangeFeed;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The modules whose versions are not called any more, in memory, for event loops: asked for each
 * call, and mostly empty. It holds what the feed of changes has brought: some 100 bytes for a
 * module of those that a tenant has.
 */
public final class DrainedModules implements ChangeFeed.Subscriber {
  private final PolicyStore store;
  private final Map<TenantId, Set<ModuleDigest>> drained = new ConcurrentHashMap<>();

  public DrainedModules(PolicyStore store) {
    this.store = store;
  }

  @Override
  public void load() {
    Map<TenantId, Set<ModuleDigest>> all = store.drained();
    drained.keySet().retainAll(all.keySet());
    drained.putAll(all);
  }

  @Override
  public void changed(Change change) {
    if (change instanceof Change.TrustChanged(TenantId tenant)) {
      Set<ModuleDigest> now = store.drained(tenant);
      if (now.isEmpty()) {
        drained.remove(tenant);
      } else {
        drained.put(tenant, now);
      }
    }
  }

  /** Whether the version is not to be called. Never blocks, allocates nothing. */
  public boolean has(FunctionVersion version) {
    if (drained.isEmpty()) {
      return false;
    }
    Set<ModuleDigest> modules = drained.get(version.function().tenant());
    return modules != null && modules.contains(version.module());
  }
}
