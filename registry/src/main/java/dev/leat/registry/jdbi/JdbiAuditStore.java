package dev.leat.registry.jdbi;

import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.registry.audit.AuditEntry;
import dev.leat.registry.audit.AuditRecord;
import dev.leat.registry.audit.AuditStore;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/** Audit records in a table. */
public final class JdbiAuditStore implements AuditStore {
  private final Database database;

  public JdbiAuditStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public void append(TenantId tenant, AuditEntry entry) {
    database.inTransaction(
        "Recording " + entry.action() + " for tenant " + tenant,
        handle -> {
          append(handle, entry);
          return true;
        });
  }

  @Override
  public Page<AuditRecord> list(TenantId tenant, int limit, long cursor) {
    List<AuditRecord> found =
        database.read(
            "Listing the audit records of tenant " + tenant,
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT * FROM audit_records
                        WHERE tenant = :tenant AND id < :cursor ORDER BY id DESC LIMIT :limit
                        """)
                    .bind("tenant", tenant.value())
                    .bind("cursor", cursor)
                    .bind("limit", limit + 1)
                    .map((row, context) -> read(row))
                    .list());
    return Page.of(found, limit, last -> Long.toString(last.id()));
  }

  /** Keeps an entry in the transaction of what it records. */
  static void append(Handle handle, AuditEntry entry) {
    handle
        .createUpdate(
            """
            INSERT INTO audit_records (at, tenant, actor, action, resource, allowed, detail)
            VALUES (:at, :tenant, :actor, :action, :resource, :allowed, :detail)
            """)
        .bind("at", entry.at())
        .bind("tenant", entry.tenant().value())
        .bind("actor", entry.actor())
        .bind("action", entry.action())
        .bind("resource", entry.resource())
        .bind("allowed", entry.allowed())
        .bind("detail", entry.detail())
        .execute();
  }

  private static AuditRecord read(ResultSet row) throws SQLException {
    return new AuditRecord(
        row.getLong("id"),
        new AuditEntry(
            Database.instant(row, "at"),
            new TenantId(row.getString("tenant")),
            row.getString("actor"),
            row.getString("action"),
            row.getString("resource"),
            row.getBoolean("allowed"),
            row.getString("detail")));
  }
}
