package dev.leat.tenants.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Change;
import dev.leat.contract.TenantId;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import dev.leat.tenants.Tenant;
import dev.leat.tenants.TenantStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/**
 * Tenants in the table {@code tenants}, whose row is locked by whoever changes what hangs on it.
 */
public final class JdbiTenantStore implements TenantStore {
  /** In this order. The tenant's name may be taken again, so its tokens must not stay good. */
  private static final List<String> BELONGINGS =
      List.of(
          """
          INSERT INTO revoked_tokens (id, expires_at)
          SELECT id, expires_at FROM tokens WHERE tenant = :tenant
          ON CONFLICT DO NOTHING
          """,
          "DELETE FROM tokens WHERE tenant = :tenant",
          "DELETE FROM issuers WHERE tenant = :tenant",
          "DELETE FROM secrets WHERE tenant = :tenant",
          "DELETE FROM secret_use WHERE tenant = :tenant",
          "DELETE FROM function_quotas WHERE tenant = :tenant",
          "DELETE FROM quotas WHERE tenant = :tenant");

  private final Database database;

  /** So that of all who wait on this node to be alone, one holds a connection of the pool. */
  private final ReentrantLock turn = new ReentrantLock();

  public JdbiTenantStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public Added add(Tenant tenant, int max) {
    return database.inTransaction(
        "Adding tenant " + tenant.id(),
        handle -> {
          if (!insert(handle, tenant)) {
            return Added.TAKEN;
          }
          if (!count(handle, max)) {
            delete(handle, tenant.id());
            return Added.FULL;
          }
          Changes.append(handle, new Change.TenantChanged(tenant.id()));
          JdbiAuditStore.append(
              handle,
              AuditEntry.done(Optional.of(tenant.id()), "tenant.create", tenant.id().value(), ""));
          return Added.ADDED;
        });
  }

  private static boolean insert(Handle handle, Tenant tenant) {
    return handle
            .createUpdate(
                """
                INSERT INTO tenants (id, created_at, state) VALUES (:id, :createdAt, :state)
                ON CONFLICT DO NOTHING
                """)
            .bind("id", tenant.id().value())
            .bind("createdAt", tenant.createdAt())
            .bind("state", tenant.state().word())
            .execute()
        == 1;
  }

  /** Counts one more, if there are fewer than so many. */
  private static boolean count(Handle handle, int max) {
    return handle.execute("UPDATE tenant_count SET total = total + 1 WHERE total < ?", max) == 1;
  }

  private static void delete(Handle handle, TenantId tenant) {
    handle.execute("DELETE FROM tenants WHERE id = ?", tenant.value());
  }

  @Override
  public Optional<Tenant> find(TenantId tenant) {
    return database.read("Finding tenant " + tenant, handle -> find(handle, tenant, ""));
  }

  @Override
  public List<Tenant> all() {
    return database.inTransaction(
        "Reading the tenants",
        handle ->
            handle
                .createQuery("SELECT id, created_at, state FROM tenants")
                .map((row, context) -> tenant(row))
                .list());
  }

  @Override
  public Optional<Tenant> change(TenantId tenant, Tenant.State state) {
    return database.inTransaction(
        "Changing the state of tenant " + tenant,
        handle -> {
          int changed =
              handle
                  .createUpdate(
                      "UPDATE tenants SET state = :state WHERE id = :tenant AND state <> :state")
                  .bind("tenant", tenant.value())
                  .bind("state", state.word())
                  .execute();
          Optional<Tenant> found = find(handle, tenant, "");
          if (changed == 1) {
            Changes.append(handle, new Change.TenantChanged(tenant));
            JdbiAuditStore.append(
                handle,
                AuditEntry.done(Optional.of(tenant), "tenant.state", tenant.value(), state.word()));
          }
          return found;
        });
  }

  @Override
  public Optional<Tenant> delete(TenantId tenant) {
    return database.inTransaction(
        "Deleting tenant " + tenant,
        handle -> {
          Optional<Tenant> found = find(handle, tenant, " FOR UPDATE");
          if (found.isPresent()) {
            BELONGINGS.forEach(
                sql -> handle.createUpdate(sql).bind("tenant", tenant.value()).execute());
            delete(handle, tenant);
            handle.execute("UPDATE tenant_count SET total = total - 1");
            Changes.append(handle, new Change.TokensRevoked(tenant));
            JdbiAuditStore.append(
                handle, AuditEntry.done(Optional.of(tenant), "tenant.delete", tenant.value(), ""));
            Changes.append(handle, new Change.TenantChanged(tenant));
          }
          return found;
        });
  }

  @Override
  public <T> T alone(Supplier<T> work) {
    turn.lock();
    try {
      return database.inTransaction(
          "Waiting for who makes or deletes a tenant",
          handle -> {
            handle
                .createQuery("SELECT id FROM tenant_lifecycle_lock FOR UPDATE")
                .mapTo(Integer.class)
                .one();
            return work.get();
          });
    } finally {
      turn.unlock();
    }
  }

  private static Optional<Tenant> find(Handle handle, TenantId tenant, String lock) {
    return handle
        .createQuery("SELECT id, created_at, state FROM tenants WHERE id = :tenant" + lock)
        .bind("tenant", tenant.value())
        .map((row, context) -> tenant(row))
        .findOne();
  }

  private static Tenant tenant(ResultSet row) throws SQLException {
    return new Tenant(
        new TenantId(row.getString("id")),
        Database.instant(row, "created_at"),
        Tenant.State.ofWord(row.getString("state")));
  }
}
