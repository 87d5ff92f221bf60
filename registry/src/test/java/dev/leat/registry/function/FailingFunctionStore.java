package dev.leat.registry.function;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A store in which no function can be found while it is told so. */
public final class FailingFunctionStore implements FunctionStore {
  private final FunctionStore store;
  volatile boolean failToFind;

  /** A function of another tenant, who changes so much that nothing can be done with it. */
  public Optional<FunctionRef> busy = Optional.empty();

  /** Fewer versions than a deployment would keep. */
  public int versionsKeptMax = Integer.MAX_VALUE;

  public FailingFunctionStore(FunctionStore store) {
    this.store = store;
  }

  @Override
  public List<DeployedVersion> versions(TenantId tenant, FunctionName name) {
    return store.versions(tenant, name);
  }

  @Override
  public Optional<DeployedFunction> find(TenantId tenant, FunctionName name) {
    failIfBusy(tenant);
    if (failToFind) {
      throw new StoreFailure("Finding a function", true, new IOException("away"));
    }
    return store.find(tenant, name);
  }

  @Override
  public Traffic traffic(TenantId tenant, FunctionName name) {
    failIfBusy(tenant);
    return store.traffic(tenant, name);
  }

  @Override
  public Move move(TenantId tenant, FunctionName name, Traffic traffic, AuditEntry entry) {
    return store.move(tenant, name, traffic, entry);
  }

  @Override
  public List<FunctionRef> canaries(int limit, Optional<FunctionRef> after) {
    return withBusy(store.canaries(limit, after));
  }

  private List<FunctionRef> withBusy(List<FunctionRef> functions) {
    return Stream.concat(busy.stream(), functions.stream()).toList();
  }

  private void failIfBusy(TenantId tenant) {
    if (busy.filter(function -> function.tenant().equals(tenant)).isPresent()) {
      throw new StoreFailure("Waiting for a turn", true, new TimeoutException("too much at once"));
    }
  }

  @Override
  public List<FunctionRef> due(Instant now, int limit) {
    return withBusy(store.due(now, limit));
  }

  @Override
  public Naming name(
      TenantId tenant,
      FunctionName name,
      Alias alias,
      Optional<String> ifMatch,
      int aliasesMax,
      AuditEntry entry) {
    return store.name(tenant, name, alias, ifMatch, aliasesMax, entry);
  }

  @Override
  public boolean unname(TenantId tenant, FunctionName name, String alias, AuditEntry entry) {
    return store.unname(tenant, name, alias, entry);
  }

  @Override
  public Addition add(
      TenantId tenant,
      DeployedVersion version,
      Traffic traffic,
      int versionsKept,
      int functionsMax,
      AuditEntry entry) {
    return store.add(
        tenant, version, traffic, Math.min(versionsKept, versionsKeptMax), functionsMax, entry);
  }

  @Override
  public int last(TenantId tenant, FunctionName name) {
    return store.last(tenant, name);
  }

  @Override
  public Optional<DeployedVersion> newest(TenantId tenant, FunctionName name) {
    return store.newest(tenant, name);
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
  public List<DeployedFunction> all() {
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
