package dev.leat.gateway.control;

import dev.leat.contract.Answer;
import dev.leat.contract.TenantId;
import dev.leat.registry.DeployedVersion;
import dev.leat.registry.FunctionCatalog;
import dev.leat.registry.ModuleCatalog;
import dev.leat.registry.Page;
import dev.leat.registry.PublishedModule;
import dev.leat.registry.PublisherKeys;
import dev.leat.tenants.Tenant;
import dev.leat.tenants.Tenants;
import java.util.Optional;

/**
 * Removes a tenant with all that belongs to it. The tenant goes first, and with it its tokens, so
 * that nobody can add to what is being removed; asked again after a failure, the rest goes too.
 */
final class TenantRemoval {
  private final Tenants tenants;
  private final FunctionCatalog functions;
  private final ModuleCatalog modules;
  private final PublisherKeys keys;

  TenantRemoval(
      Tenants tenants, FunctionCatalog functions, ModuleCatalog modules, PublisherKeys keys) {
    this.tenants = tenants;
    this.functions = functions;
    this.modules = modules;
    this.keys = keys;
  }

  Answer<Tenant> remove(TenantId tenant, String actor) {
    Answer<Tenant> removed = tenants.delete(tenant);
    if (removed instanceof Answer.Done<Tenant>) {
      while (functions.list(tenant, Page.ITEMS_MAX, Optional.empty())
              instanceof Answer.Done<Page<DeployedVersion>>(Page<DeployedVersion> page)
          && !page.items().isEmpty()) {
        page.items()
            .forEach(
                function -> functions.delete(tenant, actor, function.version().function().name()));
      }
      while (modules.list(tenant, "", Page.ITEMS_MAX, Optional.empty())
              instanceof Answer.Done<Page<PublishedModule>>(Page<PublishedModule> page)
          && !page.items().isEmpty()) {
        page.items().forEach(module -> modules.delete(tenant, actor, module.digest()));
      }
      keys.list(tenant).forEach(key -> keys.revoke(tenant, actor, key.kid()));
    }
    return removed;
  }
}
