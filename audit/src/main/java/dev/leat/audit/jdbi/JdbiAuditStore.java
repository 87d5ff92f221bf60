package dev.leat.audit.jdbi;

import dev.leat.audit.AuditChain;
import dev.leat.audit.AuditEntry;
import dev.leat.audit.AuditRecord;
import dev.leat.audit.AuditStore;
import dev.leat.audit.Checkpoint;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * Audit records in tables: entries wait in {@code audit_pending}, where changes append without
 * waiting for each other, until they are moved into the chain {@code audit_log}.
 */
public final class JdbiAuditStore implements AuditStore {
  private static final String COLUMNS =
      "at, tenant, actor, action, resource, allowed, details, request_id";
  private static final String VALUES =
      ":at, :tenant, :actor, :action, :resource, :allowed, :details, :requestId";

  private final Database database;

  public JdbiAuditStore(DataSource source) {
    this.database = new Database(source);
  }

  /** Keeps an entry in the transaction of what it records. */
  public static void append(Handle handle, AuditEntry entry) {
    bind(
            handle.createUpdate(
                "INSERT INTO audit_pending (" + COLUMNS + ") VALUES (" + VALUES + ")"),
            entry)
        .execute();
  }

  @Override
  public void append(AuditEntry entry) {
    database.useTransaction("Recording " + entry.action(), handle -> append(handle, entry));
  }

  @Override
  public int seal(int most) {
    if (!isAnyPending()) {
      return 0;
    }
    return database.inTransaction(
        "Sealing audit records",
        handle -> {
          Head head = head(handle, " FOR UPDATE");
          List<Pending> pending =
              handle
                  .createQuery("SELECT * FROM audit_pending ORDER BY id LIMIT :most")
                  .bind("most", most)
                  .map((row, context) -> new Pending(row.getLong("id"), entry(row)))
                  .list();
          if (!pending.isEmpty()) {
            seal(handle, head, pending);
          }
          return pending.size();
        });
  }

  private boolean isAnyPending() {
    return database.read(
        "Looking for audit records",
        handle ->
            handle
                .createQuery("SELECT id FROM audit_pending LIMIT 1")
                .mapTo(Long.class)
                .findOne()
                .isPresent());
  }

  private static void seal(Handle handle, Head head, List<Pending> pending) {
    List<AuditRecord> records =
        AuditChain.after(head, pending.stream().map(Pending::entry).toList());
    try (PreparedBatch insert =
            handle.prepareBatch(
                "INSERT INTO audit_log (seq, "
                    + COLUMNS
                    + ", previous, hash) VALUES (:seq, "
                    + VALUES
                    + ", :previous, :hash)");
        PreparedBatch delete = handle.prepareBatch("DELETE FROM audit_pending WHERE id = :id")) {
      for (AuditRecord record : records) {
        bind(insert, record.entry())
            .bind("seq", record.seq())
            .bind("previous", record.previous())
            .bind("hash", record.hash());
        insert.add();
      }
      pending.forEach(each -> delete.bind("id", each.id()).add());
      insert.execute();
      delete.execute();
    }
    AuditRecord last = records.getLast();
    handle.execute("UPDATE audit_head SET seq = ?, hash = ? WHERE id = 1", last.seq(), last.hash());
  }

  @Override
  public Page<AuditRecord> list(Filter filter, int limit, long cursor) {
    List<AuditRecord> found =
        database.read(
            "Listing audit records",
            handle -> {
              Query query =
                  handle
                      .createQuery(
                          "SELECT * FROM audit_log WHERE seq < :cursor"
                              + where(filter)
                              + " ORDER BY seq DESC LIMIT :limit")
                      .bind("cursor", cursor)
                      .bind("limit", limit + 1);
              bind(query, filter);
              return query.map((row, context) -> record(row)).list();
            });
    return Page.of(found, limit, last -> Long.toString(last.seq()));
  }

  private static String where(Filter filter) {
    StringBuilder where = new StringBuilder();
    filter.tenant().ifPresent(it -> where.append(" AND tenant = :tenant"));
    filter.actor().ifPresent(it -> where.append(" AND actor = :actor"));
    filter
        .action()
        .ifPresent(it ->
            where.append(
                it.contains(".")
                    ? " AND action = :action"
                    : " AND (action = :action OR action LIKE :action || '.%')"));
    filter.resource().ifPresent(it -> where.append(" AND resource = :resource"));
    filter.allowed().ifPresent(it -> where.append(" AND allowed = :allowed"));
    filter.since().ifPresent(it -> where.append(" AND at >= :since"));
    filter.until().ifPresent(it -> where.append(" AND at < :until"));
    return where.toString();
  }

  private static void bind(Query query, Filter filter) {
    filter.tenant().ifPresent(it -> query.bind("tenant", it.value()));
    filter.actor().ifPresent(it -> query.bind("actor", it));
    filter.action().ifPresent(it -> query.bind("action", it));
    filter.resource().ifPresent(it -> query.bind("resource", it));
    filter.allowed().ifPresent(it -> query.bind("allowed", it));
    filter.since().ifPresent(it -> query.bind("since", it));
    filter.until().ifPresent(it -> query.bind("until", it));
  }

  @Override
  public List<AuditRecord> from(long seq, int most) {
    return database.read(
        "Reading audit records",
        handle ->
            handle
                .createQuery("SELECT * FROM audit_log WHERE seq >= :seq ORDER BY seq LIMIT :most")
                .bind("seq", seq)
                .bind("most", most)
                .map((row, context) -> record(row))
                .list());
  }

  @Override
  public Head head() {
    return database.read("Finding the end of the audit records", handle -> head(handle, ""));
  }

  private static Head head(Handle handle, String lock) {
    return handle
        .createQuery("SELECT seq, hash FROM audit_head WHERE id = 1" + lock)
        .map((row, context) -> new Head(row.getLong("seq"), row.getString("hash")))
        .one();
  }

  @Override
  public void keep(Checkpoint checkpoint) {
    database.useTransaction(
        "Keeping an audit checkpoint",
        handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO audit_checkpoints (seq, at, hash, kid, public_key, signature)
                    VALUES (:seq, :at, :hash, :kid, :publicKey, :signature)
                    ON CONFLICT DO NOTHING
                    """)
                .bind("seq", checkpoint.seq())
                .bind("at", checkpoint.at())
                .bind("hash", checkpoint.hash())
                .bind("kid", checkpoint.kid())
                .bind("publicKey", checkpoint.publicKey())
                .bind("signature", checkpoint.signature())
                .execute());
  }

  @Override
  public List<Checkpoint> checkpoints(long seq, int most) {
    return database.read(
        "Reading audit checkpoints",
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM audit_checkpoints WHERE seq >= :seq ORDER BY seq LIMIT :most")
                .bind("seq", seq)
                .bind("most", most)
                .map((row, context) -> checkpoint(row))
                .list());
  }

  @Override
  public Optional<Checkpoint> last() {
    return database.read(
        "Finding the last audit checkpoint",
        handle ->
            handle
                .createQuery("SELECT * FROM audit_checkpoints ORDER BY seq DESC LIMIT 1")
                .map((row, context) -> checkpoint(row))
                .findOne());
  }

  private static <S extends SqlStatement<S>> S bind(S statement, AuditEntry entry) {
    return statement
        .bind("at", entry.at())
        .bind("tenant", entry.tenant().map(TenantId::value).orElse(null))
        .bind("actor", entry.actor())
        .bind("action", entry.action())
        .bind("resource", entry.resource())
        .bind("allowed", entry.allowed())
        .bind("details", entry.details())
        .bind("requestId", entry.requestId());
  }

  private static AuditRecord record(ResultSet row) throws SQLException {
    return new AuditRecord(
        row.getLong("seq"), entry(row), row.getString("previous"), row.getString("hash"));
  }

  private static AuditEntry entry(ResultSet row) throws SQLException {
    @Nullable String tenant = row.getString("tenant");
    return new AuditEntry(
        Database.instant(row, "at"),
        Optional.ofNullable(tenant).map(TenantId::new),
        row.getString("actor"),
        row.getString("action"),
        row.getString("resource"),
        row.getBoolean("allowed"),
        row.getString("details"),
        row.getString("request_id"));
  }

  private static Checkpoint checkpoint(ResultSet row) throws SQLException {
    return new Checkpoint(
        row.getLong("seq"),
        Database.instant(row, "at"),
        row.getString("hash"),
        row.getString("kid"),
        row.getString("public_key"),
        row.getString("signature"));
  }

  /** An entry that waits for its place. */
  private record Pending(long id, AuditEntry entry) {}
}
