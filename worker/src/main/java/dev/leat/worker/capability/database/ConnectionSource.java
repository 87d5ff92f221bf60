package dev.leat.worker.capability.database;

import dev.leat.contract.DatabaseLogin;
import dev.leat.contract.TenantId;
import java.util.Optional;

/** Where it is kept which databases a tenant's functions reach. Safe for several threads. */
@FunctionalInterface
public interface ConnectionSource {
  /**
   * Blocks.
   *
   * @throws RuntimeException if it cannot be read just now
   */
  Optional<DatabaseLogin> find(TenantId tenant, String connection);
}
