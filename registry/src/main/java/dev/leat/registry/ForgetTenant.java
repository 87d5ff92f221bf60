package dev.leat.registry;

import dev.leat.contract.TenantId;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.VersionTrial;
import dev.leat.registry.key.KeyStore;
import dev.leat.registry.module.CollectModule;
import dev.leat.registry.module.ModuleStore;

/**
 * Removes all that a tenant has here, so that a later tenant of the same name inherits nothing. Its
 * audit records stay. Blocks; may be repeated when it was cut short.
 */
public final class ForgetTenant {
  private final KeyStore keys;
  private final FunctionStore functions;
  private final ModuleStore modules;
  private final CollectModule collector;
  private final VersionTrial trial;

  public ForgetTenant(
      KeyStore keys,
      FunctionStore functions,
      ModuleStore modules,
      CollectModule collector,
      VersionTrial trial) {
    this.keys = keys;
    this.functions = functions;
    this.modules = modules;
    this.collector = collector;
    this.trial = trial;
  }

  public void forget(TenantId tenant) {
    // Without keys nothing more is published, and without modules nothing more is deployed.
    keys.forget(tenant);
    modules.forget(tenant).forEach(collector::collect);
    trial.forget(tenant);
    functions.forget(tenant);
  }
}
