package dev.leat.gateway;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.registry.function.Alias;
import dev.leat.registry.function.DeployedFunction;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.FunctionStore;
import dev.leat.registry.function.Traffic;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Functions to be loaded into a routing table, and nothing else. */
record LoadedFunctions(List<DeployedFunction> all) implements FunctionStore {
  @Override
  public Addition add(
      TenantId tenant,
      DeployedVersion version,
      Traffic traffic,
      int versionsKept,
      int functionsMax,
      AuditEntry entry) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int last(TenantId tenant, FunctionName name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<DeployedVersion> newest(TenantId tenant, FunctionName name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<DeployedVersion> find(TenantId tenant, FunctionName name, int number) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<DeployedVersion> versions(TenantId tenant, FunctionName name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<DeployedFunction> find(TenantId tenant, FunctionName name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Traffic traffic(TenantId tenant, FunctionName name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Move move(TenantId tenant, FunctionName name, Traffic traffic, AuditEntry entry) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<FunctionRef> canaries(int limit, Optional<FunctionRef> after) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<FunctionRef> due(Instant now, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Naming name(
      TenantId tenant,
      FunctionName name,
      Alias alias,
      Optional<String> ifMatch,
      int aliasesMax,
      AuditEntry entry) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean unname(TenantId tenant, FunctionName name, String alias, AuditEntry entry) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int count(TenantId tenant) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<DeployedVersion> list(TenantId tenant, int limit, Optional<FunctionName> after) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean delete(TenantId tenant, FunctionName name, AuditEntry entry) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void forget(TenantId tenant) {
    throw new UnsupportedOperationException();
  }
}
