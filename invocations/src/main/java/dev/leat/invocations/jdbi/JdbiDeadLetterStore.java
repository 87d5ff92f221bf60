package dev.leat.invocations.jdbi;

import dev.leat.contract.HttpCall;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.contract.VersionRef;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.DeadLetter;
import dev.leat.invocations.async.DeadLetterStore;
import dev.leat.invocations.async.InvocationState;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Dead letters in a table; redriving moves their rows into the queue's. */
public final class JdbiDeadLetterStore implements DeadLetterStore {
  /** The counts' row of those who neither accept nor settle. */
  private static final int SLOT = 8;

  private static final String COLUMNS =
      "id, function, version, module, caller, state, attempts, accepted_at, ended_at, keep_until,"
          + " ending, reason, fuel, body_bytes";

  private final Database database;

  public JdbiDeadLetterStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public Page<DeadLetter> list(TenantId tenant, Filter filter, int limit, Optional<String> cursor) {
    Optional<After> after = cursor.flatMap(After::of);
    if (cursor.isPresent() && after.isEmpty()) {
      return new Page<>(List.of(), Optional.empty());
    }
    String behind =
        after.isPresent() ? " AND (ended_at < :at OR (ended_at = :at AND id < :id))" : "";
    List<DeadLetter> found =
        database.read(
            "Listing the dead letters of tenant " + tenant,
            handle -> {
              Query query =
                  bind(
                          handle.createQuery(
                              "SELECT %s FROM dead_letters WHERE %s%s ORDER BY ended_at DESC, id DESC LIMIT :most"
                                  .formatted(COLUMNS, where(filter), behind)),
                          tenant,
                          filter)
                      .bind("most", limit + 1);
              after.ifPresent(it -> query.bind("at", it.at()).bind("id", it.id()));
              return query.map((row, context) -> letter(row, tenant)).list();
            });
    return Page.of(found, limit, it -> it.endedAt() + "." + it.id());
  }

  private record After(Instant at, String id) {
    static Optional<After> of(String cursor) {
      int dot = cursor.lastIndexOf('.');
      try {
        return dot < 0
            ? Optional.empty()
            : Optional.of(
                new After(Instant.parse(cursor.substring(0, dot)), cursor.substring(dot + 1)));
      } catch (DateTimeException e) {
        return Optional.empty();
      }
    }
  }

  private static String where(Filter filter) {
    return "tenant = :tenant"
        + (filter.function().isPresent() ? " AND function = :function" : "")
        + (filter.ending().isPresent() ? " AND ending = :ending" : "")
        + (filter.since().isPresent() ? " AND ended_at >= :since" : "")
        + (filter.until().isPresent() ? " AND ended_at < :until" : "");
  }

  private static Query bind(Query query, TenantId tenant, Filter filter) {
    query.bind("tenant", tenant.value());
    filter.function().ifPresent(it -> query.bind("function", it.value()));
    filter.ending().ifPresent(it -> query.bind("ending", it));
    filter.since().ifPresent(it -> query.bind("since", it));
    filter.until().ifPresent(it -> query.bind("until", it));
    return query;
  }

  private static DeadLetter letter(ResultSet row, TenantId tenant) throws SQLException {
    return new DeadLetter(
        row.getString("id"),
        JdbiAsyncStore.version(row, tenant),
        row.getString("caller"),
        InvocationState.ofWord(row.getString("state")),
        row.getInt("attempts"),
        Database.instant(row, "accepted_at"),
        Database.instant(row, "ended_at"),
        Database.instant(row, "keep_until"),
        row.getString("ending"),
        row.getString("reason"),
        row.getLong("fuel"),
        row.getLong("body_bytes"));
  }

  @Override
  public Optional<DeadLetter> find(TenantId tenant, String id) {
    return database.read(
        "Reading a dead letter of tenant " + tenant,
        handle ->
            handle
                .createQuery(
                    "SELECT %s FROM dead_letters WHERE tenant = :tenant AND id = :id"
                        .formatted(COLUMNS))
                .bind("tenant", tenant.value())
                .bind("id", id)
                .map((row, context) -> letter(row, tenant))
                .findFirst());
  }

  @Override
  public Optional<HttpCall> input(TenantId tenant, String id) {
    return database.read(
        "Reading what a dead letter of tenant " + tenant + " was called with",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT attempts, head, body FROM dead_letters
                    WHERE tenant = :tenant AND id = :id
                    """)
                .bind("tenant", tenant.value())
                .bind("id", id)
                .map((row, context) -> input(row))
                .findFirst());
  }

  private static HttpCall input(ResultSet row) throws SQLException {
    HttpCall call =
        StoredHead.call(row.getBytes("head"), Math.max(1, row.getInt("attempts"))).call();
    byte[] body = row.getBytes("body");
    return body == null ? call : call.withBody(body);
  }

  @Override
  public long count(TenantId tenant, Filter filter) {
    return database.read(
        "Counting the dead letters of tenant " + tenant,
        handle ->
            bind(
                    handle.createQuery("SELECT COUNT(*) FROM dead_letters WHERE " + where(filter)),
                    tenant,
                    filter)
                .mapTo(Long.class)
                .one());
  }

  @Override
  public int redrive(TenantId tenant, List<Redrive> redrives) {
    return database.inTransaction(
        "Redriving dead letters of tenant " + tenant,
        handle -> {
          AsyncCounts counts = new AsyncCounts();
          int count = 0;
          for (Redrive redrive : inOrder(redrives)) {
            count += redrive(handle, tenant, redrive, counts) ? 1 : 0;
          }
          counts.write(handle, SLOT);
          return count;
        });
  }

  /** The same for all, so that no two transactions wait for each other's rows. */
  private static List<Redrive> inOrder(List<Redrive> redrives) {
    List<Redrive> sorted = new ArrayList<>(redrives);
    sorted.sort(Comparator.comparing(Redrive::id));
    return sorted;
  }

  private static boolean redrive(
      Handle handle, TenantId tenant, Redrive redrive, AsyncCounts counts) {
    Optional<Locked> letter =
        handle
            .createQuery(
                """
                SELECT state, callback FROM dead_letters WHERE tenant = :tenant AND id = :id
                FOR UPDATE
                """)
            .bind("tenant", tenant.value())
            .bind("id", redrive.id())
            .map((row, context) ->
                new Locked(
                    InvocationState.ofWord(row.getString("state")),
                    !row.getString("callback").isEmpty()))
            .findFirst();
    if (letter.isEmpty()) {
      return false;
    }
    VersionRef version = redrive.version();
    ModuleDigest module = version.module();
    handle
        .createUpdate(
            """
            INSERT INTO async_queue (tenant, id, function, version, module, owner, due_at,
              accepted_at, expires_at, attempts, cancelling, ending, reason, caller, callback, depth,
              head, body, body_bytes)
            SELECT tenant, id, function, :version, CAST(:module AS VARCHAR), 0, CURRENT_TIMESTAMP,
              accepted_at, %s, 0, FALSE, ending, reason, caller, callback, depth, head, body,
              body_bytes
            FROM dead_letters WHERE tenant = :tenant AND id = :id
            """
                .formatted(JdbiAsyncStore.FROM_NOW.formatted("age")))
        .bind("version", version.number())
        .bind("module", module.toString())
        .bind("age", redrive.maxAge().toMillis())
        .bind("tenant", tenant.value())
        .bind("id", redrive.id())
        .execute();
    handle.execute(
        "DELETE FROM dead_letters WHERE tenant = ? AND id = ?", tenant.value(), redrive.id());
    counts.revived(tenant, letter.get().state());
    if (letter.get().hasCallback()) {
      counts.callbacks(tenant, 1); // what it comes to is sent again
    }
    return true;
  }

  private record Locked(InvocationState state, boolean hasCallback) {}

  @Override
  public int purge(TenantId tenant, List<String> ids) {
    return database.inTransaction(
        "Removing dead letters of tenant " + tenant,
        handle -> {
          AsyncCounts counts = new AsyncCounts();
          int count = 0;
          for (String id : ids.stream().sorted().toList()) {
            Optional<Long> bytes =
                handle
                    .createQuery(
                        """
                        SELECT OCTET_LENGTH(head) + body_bytes FROM dead_letters
                        WHERE tenant = :tenant AND id = :id FOR UPDATE
                        """)
                    .bind("tenant", tenant.value())
                    .bind("id", id)
                    .mapTo(Long.class)
                    .findFirst();
            if (bytes.isPresent()) {
              handle.execute(
                  "DELETE FROM dead_letters WHERE tenant = ? AND id = ?", tenant.value(), id);
              LargeBodies.delete(handle, tenant, id, LargeBodies.INPUT);
              counts.bytes(tenant, -bytes.get() - AsyncStore.ROW_BYTES);
              count++;
            }
          }
          counts.write(handle, SLOT);
          return count;
        });
  }
}
