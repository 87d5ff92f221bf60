package dev.leat.registry;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.registry.connection.ConnectionStore;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.VersionTrial;
import dev.leat.registry.key.KeyStore;
import dev.leat.registry.module.CollectModule;
import dev.leat.registry.module.ModuleStore;
import dev.leat.registry.module.OfferStore;
import dev.leat.registry.permission.PermissionStore;
import dev.leat.registry.trust.PolicyStore;
import java.util.Set;

/**
 * Removes all that a tenant has here, so that a later tenant of the same name inherits nothing. Its
 * audit records stay. Blocks; may be repeated when it was cut short.
 */
public final class ForgetTenant {
  /** Modules, the bytes of each of which are removed for themselves: in some 50 ms at worst. */
  static final int MODULES_AT_ONCE = 100;

  private final ClosingStore closing;
  private final KeyStore keys;
  private final PolicyStore policies;
  private final OfferStore offers;
  private final FunctionStore functions;
  private final PermissionStore permissions;
  private final ConnectionStore connections;
  private final ModuleStore modules;
  private final CollectModule collector;
  private final VersionTrial trial;

  public ForgetTenant(
      ClosingStore closing,
      KeyStore keys,
      PolicyStore policies,
      OfferStore offers,
      FunctionStore functions,
      PermissionStore permissions,
      ConnectionStore connections,
      ModuleStore modules,
      CollectModule collector,
      VersionTrial trial) {
    this.closing = closing;
    this.keys = keys;
    this.policies = policies;
    this.offers = offers;
    this.functions = functions;
    this.permissions = permissions;
    this.connections = connections;
    this.modules = modules;
    this.collector = collector;
    this.trial = trial;
  }

  /**
   * Has no function be added to the tenant from now on, unless it has some, and gives how many.
   *
   * @param isForced whatever it has
   */
  public int close(TenantId tenant, boolean isForced) {
    return closing.close(tenant, isForced);
  }

  /** The tenant is gone, or stays: nothing hinders functions of that name's next one. */
  public void open(TenantId tenant) {
    closing.open(tenant);
  }

  /** Removes as much as takes some seconds; gives whether more may be left. */
  public boolean forgetSome(TenantId tenant) {
    // Without keys nothing more is published, and without modules nothing more is deployed.
    keys.forget(tenant);
    policies.forget(tenant);
    connections.forget(tenant);
    functions.forget(tenant); // whose versions keep modules' bytes
    offers.forget(tenant);
    Set<ModuleDigest> some = modules.forget(tenant, MODULES_AT_ONCE);
    some.forEach(collector::collect);
    if (some.size() == MODULES_AT_ONCE) {
      return true;
    }
    trial.forget(tenant);
    functions.forget(tenant); // deployed since, of a module that was still there
    permissions.forget(tenant); // after the functions, without which none is set
    return false;
  }
}
