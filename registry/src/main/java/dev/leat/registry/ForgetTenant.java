package dev.leat.registry;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;

/**
 * Removes all that a tenant has here, so that a later tenant of the same name inherits nothing. Its
 * audit records stay. Blocks; may be repeated when it was cut short.
 */
public final class ForgetTenant {
  private final KeyStore keys;
  private final FunctionStore functions;
  private final ModuleStore modules;
  private final BlobStore blobs;
  private final RoutingTable routes;

  public ForgetTenant(
      KeyStore keys,
      FunctionStore functions,
      ModuleStore modules,
      BlobStore blobs,
      RoutingTable routes) {
    this.keys = keys;
    this.functions = functions;
    this.modules = modules;
    this.blobs = blobs;
    this.routes = routes;
  }

  public void forget(TenantId tenant) {
    // In this order nothing new can be published or deployed from what is left.
    keys.forget(tenant);
    for (ModuleDigest digest : modules.forget(tenant)) {
      modules.collect(digest, () -> blobs.delete(digest));
    }
    functions.forget(tenant);
    routes.forget(tenant);
  }
}
