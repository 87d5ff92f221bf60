package dev.leat.tenants.jdbi;

import dev.leat.contract.TenantId;
import org.jdbi.v3.core.Handle;

/** Looks at a tenant's row, on which hangs what is its own. */
public final class TenantRows {
  private TenantRows() {}

  static boolean exists(Handle handle, TenantId tenant) {
    return find(handle, "SELECT id FROM tenants WHERE id = :tenant", tenant);
  }

  /**
   * Whether the tenant exists; if so, nobody else changes what is its own, or deletes it, before
   * this transaction ends.
   */
  public static boolean lock(Handle handle, TenantId tenant) {
    return find(handle, "SELECT id FROM tenants WHERE id = :tenant FOR UPDATE", tenant);
  }

  private static boolean find(Handle handle, String sql, TenantId tenant) {
    return handle
        .createQuery(sql)
        .bind("tenant", tenant.value())
        .mapTo(String.class)
        .findOne()
        .isPresent();
  }
}
