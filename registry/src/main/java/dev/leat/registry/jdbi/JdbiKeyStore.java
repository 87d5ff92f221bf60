package dev.leat.registry.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Change;
import dev.leat.contract.TenantId;
import dev.leat.registry.key.KeyStore;
import dev.leat.registry.key.PublisherKey;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/** Publisher keys in a table. */
public final class JdbiKeyStore implements KeyStore {
  private final Database database;

  public JdbiKeyStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public PublisherKey add(TenantId tenant, PublisherKey key, AuditEntry entry) {
    String operation = "Adding the key " + key.kid() + " of tenant " + tenant;
    Optional<PublisherKey> added =
        database.inTransactionUnlessTaken(
            operation,
            handle -> {
              handle
                  .createUpdate(
                      """
                      INSERT INTO publisher_keys (tenant, kid, name, x, created_at)
                      VALUES (:tenant, :kid, :name, :x, :createdAt)
                      """)
                  .bind("tenant", tenant.value())
                  .bind("kid", key.kid())
                  .bind("name", key.name())
                  .bind("x", key.x())
                  .bind("createdAt", key.createdAt())
                  .execute();
              JdbiAuditStore.append(handle, entry);
              Changes.append(handle, new Change.PublisherKeyChanged(tenant, key.kid()));
              return key;
            });
    return added
        .or(() -> find(tenant, key.kid()))
        // It was taken and has been forgotten since.
        .orElseGet(() -> add(tenant, key, entry));
  }

  @Override
  public Optional<PublisherKey> find(TenantId tenant, String kid) {
    return database.read(
        "Finding the key " + kid + " of tenant " + tenant, handle -> find(handle, tenant, kid));
  }

  @Override
  public List<PublisherKey> list(TenantId tenant) {
    return database.read(
        "Listing the keys of tenant " + tenant,
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM publisher_keys WHERE tenant = :tenant ORDER BY created_at, kid")
                .bind("tenant", tenant.value())
                .map((row, context) -> read(row))
                .list());
  }

  @Override
  public Optional<PublisherKey> revoke(TenantId tenant, String kid, Instant at, AuditEntry entry) {
    return database.inTransaction(
        "Revoking the key " + kid + " of tenant " + tenant,
        handle -> {
          int revoked =
              handle
                  .createUpdate(
                      """
                      UPDATE publisher_keys SET revoked_at = :at
                      WHERE tenant = :tenant AND kid = :kid AND revoked_at IS NULL
                      """)
                  .bind("at", at)
                  .bind("tenant", tenant.value())
                  .bind("kid", kid)
                  .execute();
          Optional<PublisherKey> key = find(handle, tenant, kid);
          if (revoked == 1) {
            JdbiAuditStore.append(handle, entry);
            Changes.append(handle, new Change.PublisherKeyChanged(tenant, kid));
          }
          return key;
        });
  }

  @Override
  public void forget(TenantId tenant) {
    database.useTransaction(
        "Forgetting the keys of tenant " + tenant,
        handle -> {
          if (handle.execute("DELETE FROM publisher_keys WHERE tenant = ?", tenant.value()) > 0) {
            Changes.append(handle, new Change.PublisherKeysForgotten(tenant));
          }
        });
  }

  private static Optional<PublisherKey> find(Handle handle, TenantId tenant, String kid) {
    return handle
        .createQuery("SELECT * FROM publisher_keys WHERE tenant = :tenant AND kid = :kid")
        .bind("tenant", tenant.value())
        .bind("kid", kid)
        .map((row, context) -> read(row))
        .findOne();
  }

  private static PublisherKey read(ResultSet row) throws SQLException {
    return new PublisherKey(
        new TenantId(row.getString("tenant")),
        row.getString("kid"),
        row.getString("name"),
        row.getString("x"),
        Database.instant(row, "created_at"),
        Optional.ofNullable(row.getObject("revoked_at", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant));
  }
}
