package dev.leat.registry.jdbi;

import dev.leat.audit.AuditEntry;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.Change;
import dev.leat.contract.TenantId;
import dev.leat.registry.key.KeyStore;
import dev.leat.registry.key.KeyValidity;
import dev.leat.registry.key.PublisherKey;
import dev.leat.registry.trust.OnRevoke;
import dev.leat.store.Changes;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
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
                      INSERT INTO publisher_keys
                        (tenant, kid, name, x, created_at, valid_from, valid_until)
                      VALUES (:tenant, :kid, :name, :x, :createdAt, :from, :until)
                      """)
                  .bind("tenant", tenant.value())
                  .bind("kid", key.kid())
                  .bind("name", key.name())
                  .bind("x", key.x())
                  .bind("createdAt", key.createdAt())
                  .bind("from", key.validity().from().orElse(null))
                  .bind("until", key.validity().until().orElse(null))
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
  public Optional<PublisherKey> find(List<TenantId> tenants, String kid) {
    if (tenants.isEmpty()) {
      return Optional.empty();
    }
    return database
        .read(
            "Finding the key " + kid,
            handle ->
                handle
                    .createQuery(
                        "SELECT * FROM publisher_keys WHERE kid = :kid AND tenant IN (<tenants>)")
                    .bind("kid", kid)
                    .bindList("tenants", tenants.stream().map(TenantId::value).toList())
                    .map((row, context) -> read(row))
                    .list())
        .stream()
        .min(Comparator.comparing(key -> tenants.indexOf(key.tenant())));
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
            List<TenantId> draining = revokeSignatures(handle, tenant, kid, at);
            JdbiAuditStore.append(handle, entry);
            Changes.append(handle, new Change.PublisherKeyChanged(tenant, kid));
            draining.forEach(owner -> Changes.append(handle, new Change.TrustChanged(owner)));
          }
          return key;
        });
  }

  /**
   * Marks what the key signed, whoever has it; gives the tenants that call it no more. Whoever adds
   * a signature locks the key's row before, so none is missed.
   */
  private static List<TenantId> revokeSignatures(
      Handle handle, TenantId publisher, String kid, Instant at) {
    handle
        .createUpdate(
            """
            UPDATE module_signatures SET revoked_at = :at
            WHERE publisher = :publisher AND kid = :kid AND is_orphan = FALSE
            """)
        .bind("at", at)
        .bind("publisher", publisher.value())
        .bind("kid", kid)
        .execute();
    return handle
        .createQuery(
            """
            SELECT tenant FROM trust_policies WHERE on_revoke = :drain AND tenant IN
              (SELECT tenant FROM module_signatures
               WHERE publisher = :publisher AND kid = :kid AND is_orphan = FALSE)
            """)
        .bind("drain", OnRevoke.DRAIN.word())
        .bind("publisher", publisher.value())
        .bind("kid", kid)
        .map((row, context) -> new TenantId(row.getString("tenant")))
        .list();
  }

  @Override
  public Optional<PublisherKey> limit(
      TenantId tenant, String kid, KeyValidity validity, AuditEntry entry) {
    return database.inTransaction(
        "Limiting the key " + kid + " of tenant " + tenant,
        handle -> {
          Optional<PublisherKey> key = lock(handle, tenant, kid);
          if (key.isEmpty() || key.get().isRevoked() || key.get().validity().equals(validity)) {
            return key;
          }
          handle
              .createUpdate(
                  """
                  UPDATE publisher_keys SET valid_from = :from, valid_until = :until
                  WHERE tenant = :tenant AND kid = :kid
                  """)
              .bind("from", validity.from().orElse(null))
              .bind("until", validity.until().orElse(null))
              .bind("tenant", tenant.value())
              .bind("kid", kid)
              .execute();
          JdbiAuditStore.append(handle, entry);
          Changes.append(handle, new Change.PublisherKeyChanged(tenant, kid));
          return find(handle, tenant, kid);
        });
  }

  /** The key, which is neither changed nor removed until the transaction ends. */
  static Optional<PublisherKey> lock(Handle handle, TenantId tenant, String kid) {
    return handle
        .createQuery(
            "SELECT * FROM publisher_keys WHERE tenant = :tenant AND kid = :kid FOR UPDATE")
        .bind("tenant", tenant.value())
        .bind("kid", kid)
        .map((row, context) -> read(row))
        .findOne();
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
        new KeyValidity(instant(row, "valid_from"), instant(row, "valid_until")),
        instant(row, "revoked_at"));
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
