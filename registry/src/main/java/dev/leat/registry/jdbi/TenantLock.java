package dev.leat.registry.jdbi;

import dev.leat.contract.TenantId;
import org.jdbi.v3.core.Handle;

/** Lets one transaction at a time, of all nodes, count what a tenant has and add to it. */
final class TenantLock {
  private TenantLock() {}

  /**
   * Waits for the tenant's turn, which lasts until the transaction ends. Taken before any other
   * lock, so that no two wait for each other.
   */
  static void take(Handle handle, TenantId tenant) {
    handle
        .createUpdate("INSERT INTO tenant_locks (tenant) VALUES (:tenant) ON CONFLICT DO NOTHING")
        .bind("tenant", tenant.value())
        .execute();
    handle
        .createQuery("SELECT tenant FROM tenant_locks WHERE tenant = :tenant FOR UPDATE")
        .bind("tenant", tenant.value())
        .mapTo(String.class)
        .one();
  }

  /** Removes the row of a tenant that is forgotten. */
  static void remove(Handle handle, TenantId tenant) {
    handle.execute("DELETE FROM tenant_locks WHERE tenant = ?", tenant.value());
  }
}
