package dev.leat.tenants.jdbi;

import dev.leat.contract.TenantId;
import dev.leat.store.Database;
import dev.leat.tenants.Tenant;
import dev.leat.tenants.TenantStore;
import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/**
 * Tenants in the table {@code tenants}, whose row is locked by whoever changes what hangs on it.
 */
public final class JdbiTenantStore implements TenantStore {
  /** In this order. The tenant's name may be taken again, so its tokens must not stay good. */
  private static final List<String> DELETIONS =
      List.of(
          """
          INSERT INTO revoked_tokens (id, expires_at)
          SELECT id, expires_at FROM tokens WHERE tenant = :tenant
          ON CONFLICT DO NOTHING
          """,
          "DELETE FROM tokens WHERE tenant = :tenant",
          "DELETE FROM quotas WHERE tenant = :tenant",
          "DELETE FROM tenants WHERE id = :tenant");

  private final Database database;

  public JdbiTenantStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public boolean add(Tenant tenant) {
    return database.inTransaction(
        "Adding tenant " + tenant.id(),
        handle ->
            handle
                    .createUpdate(
                        """
                        INSERT INTO tenants (id, created_at) VALUES (:id, :createdAt)
                        ON CONFLICT DO NOTHING
                        """)
                    .bind("id", tenant.id().value())
                    .bind("createdAt", tenant.createdAt())
                    .execute()
                == 1);
  }

  @Override
  public List<Tenant> all() {
    return database.inTransaction(
        "Reading the tenants",
        handle ->
            handle
                .createQuery("SELECT id, created_at FROM tenants")
                .map((row, context) ->
                    new Tenant(
                        new TenantId(row.getString("id")), Database.instant(row, "created_at")))
                .list());
  }

  @Override
  public void delete(TenantId tenant) {
    database.useTransaction("Deleting tenant " + tenant, handle -> delete(handle, tenant));
  }

  private static void delete(Handle handle, TenantId tenant) {
    if (TenantRows.lock(handle, tenant)) {
      DELETIONS.forEach(sql -> handle.createUpdate(sql).bind("tenant", tenant.value()).execute());
    }
  }
}
