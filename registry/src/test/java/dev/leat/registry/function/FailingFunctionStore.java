package dev.leat.registry.function;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.FunctionName;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A store whose lists of versions cannot be read while it is told so. */
public final class FailingFunctionStore implements FunctionStore {
  private final FunctionStore store;
  volatile boolean failToListVersions;

  public FailingFunctionStore(FunctionStore store) {
    this.store = store;
  }

  @Override
  public List<DeployedVersion> versions(TenantId tenant, FunctionName name) {
    if (failToListVersions) {
      throw new StoreFailure("Listing versions", true, new IOException("away"));
    }
    return store.versions(tenant, name);
  }

  @Override
  public Addition add(
      TenantId tenant,
      DeployedVersion version,
      int versionsKept,
      int functionsMax,
      AuditEntry entry) {
    return store.add(tenant, version, versionsKept, functionsMax, entry);
  }

  @Override
  public int last(TenantId tenant, FunctionName name) {
    return store.last(tenant, name);
  }

  @Override
  public Optional<DeployedVersion> active(TenantId tenant, FunctionName name) {
    return store.active(tenant, name);
  }

  @Override
  public Optional<DeployedVersion> find(TenantId tenant, FunctionName name, int number) {
    return store.find(tenant, name, number);
  }

  @Override
  public int count(TenantId tenant) {
    return store.count(tenant);
  }

  @Override
  public List<DeployedVersion> list(TenantId tenant, int limit, Optional<FunctionName> after) {
    return store.list(tenant, limit, after);
  }

  @Override
  public List<List<DeployedVersion>> all() {
    return store.all();
  }

  @Override
  public boolean delete(TenantId tenant, FunctionName name, AuditEntry entry) {
    return store.delete(tenant, name, entry);
  }

  @Override
  public void forget(TenantId tenant) {
    store.forget(tenant);
  }
}
