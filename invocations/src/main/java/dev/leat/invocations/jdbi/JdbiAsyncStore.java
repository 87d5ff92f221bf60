package dev.leat.invocations.jdbi;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Headers;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.contract.VersionRef;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.Account;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.InvocationState;
import dev.leat.invocations.async.InvocationStatus;
import dev.leat.invocations.async.KeptResult;
import dev.leat.invocations.async.NewInvocation;
import dev.leat.invocations.async.QueuedInvocation;
import dev.leat.invocations.async.Settled;
import dev.leat.store.Database;
import dev.leat.store.StoreFailure;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/**
 * The queue in tables. A row of {@code async_queue} is there from the acceptance to the end;
 * whoever has it, and what is due, is in one index. What has ended is moved to another table, so
 * that the queue stays as small as what waits.
 */
public final class JdbiAsyncStore implements AsyncStore {
  /** Adds a number of milliseconds to the present, in the SQL of both databases. */
  static final String FROM_NOW =
      "CURRENT_TIMESTAMP + CAST(:%s AS DOUBLE PRECISION) * INTERVAL '0.001' SECOND";

  private static final String LETTER_HELD = "OCTET_LENGTH(head) + body_bytes";
  private static final String RESULT_HELD = LETTER_HELD + " + OCTET_LENGTH(callback)";

  /** Tenants that have a turn in one transaction. */
  private static final int TENANTS_AT_ONCE = 16;

  private static final int FORGOTTEN_AT_ONCE = 1_000;
  private static final Duration GONE_KEPT = Duration.ofDays(1);

  /**
   * What a tenant's counts are spread over; even ones for who accepts, odd ones for who settles.
   */
  private static final int SLOTS = 8;

  private final Database database;
  private final LargeBodies bodies;
  private final int slot = ThreadLocalRandom.current().nextInt(SLOTS / 2) * 2;

  /**
   * @param bodies where large bodies are
   */
  public JdbiAsyncStore(DataSource source, LargeBodies bodies) {
    this.database = new Database(source);
    this.bodies = bodies;
  }

  @Override
  public Optional<Acceptance> refusal(NewInvocation wish, Backlogs room) {
    return database.read(
        "Asking whether an invocation would be accepted",
        handle -> new AcceptedBatch(handle, List.of(wish), room).refusal());
  }

  @Override
  public List<Acceptance> accept(List<NewInvocation> batch, Backlogs room) {
    return database.inTransaction(
        "Accepting " + batch.size() + " invocations",
        handle -> new AcceptedBatch(handle, batch, room).accept(slot));
  }

  @Override
  public Turn turn(
      long owner,
      List<Settled> settled,
      Backlogs backlogs,
      List<QueuedInvocation> begun,
      int most,
      String after,
      ToIntFunction<TenantId> room) {
    return database.inTransaction(
        "Taking invocations from the queue",
        handle -> {
          AsyncCounts counts = new AsyncCounts();
          int omitted =
              settled.isEmpty()
                  ? 0
                  : new SettledBatch(handle, owner, counts, backlogs).settle(settled);
          count(handle, owner, begun);
          Turn turn =
              most <= 0
                  ? new Turn(List.of(), after, omitted)
                  : take(handle, owner, most, after, room, omitted);
          counts.write(handle, slot + 1);
          return turn;
        });
  }

  private static void count(Handle handle, long owner, List<QueuedInvocation> begun) {
    if (begun.isEmpty()) {
      return;
    }
    PreparedBatch attempts =
        handle.prepareBatch(
            """
            UPDATE async_queue SET attempts = :attempts
            WHERE tenant = :tenant AND id = :id AND owner + 0 = :owner
            """);
    begun.forEach(it ->
        attempts
            .bind("attempts", it.attempts())
            .bind("tenant", it.tenant().value())
            .bind("id", it.id())
            .bind("owner", owner)
            .add());
    attempts.execute();
  }

  private static Turn take(
      Handle handle,
      long owner,
      int most,
      String after,
      ToIntFunction<TenantId> room,
      int omitted) {
    DueTenants due = DueTenants.after(handle, DueTenants.Table.QUEUE, after, TENANTS_AT_ONCE, room);
    List<QueuedInvocation> taken = new ArrayList<>();
    int tenantsLeft = due.tenants().size();
    for (TenantId tenant : due.tenants()) {
      int left = most - taken.size();
      int share = Math.min(room.applyAsInt(tenant), Math.ceilDiv(left, tenantsLeft--));
      if (share > 0) {
        taken.addAll(take(handle, owner, tenant, share));
      }
    }
    return new Turn(taken, due.last(), omitted);
  }

  private static List<QueuedInvocation> take(Handle handle, long owner, TenantId tenant, int most) {
    List<QueuedInvocation> taken =
        handle
            .createQuery(
                """
                SELECT id, function, version, module, accepted_at, attempts, cancelling, ending,
                  reason, callback, depth, head, body, body_bytes,
                  expires_at <= CURRENT_TIMESTAMP AS too_old
                FROM async_queue
                WHERE owner = 0 AND tenant = :tenant AND due_at <= CURRENT_TIMESTAMP
                ORDER BY owner, tenant, due_at, id LIMIT :most
                %s
                """
                    .formatted(lockedForMe(handle)))
            .bind("tenant", tenant.value())
            .bind("most", most)
            .map((row, context) -> queued(row, tenant, owner))
            .list();
    if (taken.isEmpty()) {
      return taken;
    }
    // "+ 0" keeps PostgreSQL from the index of turns, which has all that the tenant has due.
    PreparedBatch owned =
        handle.prepareBatch(
            """
            UPDATE async_queue SET owner = :owner
            WHERE tenant = :tenant AND id = :id AND owner + 0 = 0
            """);
    taken.forEach(
        it -> owned.bind("owner", owner).bind("tenant", tenant.value()).bind("id", it.id()).add());
    int[] isOwned = owned.execute();
    List<QueuedInvocation> own = new ArrayList<>();
    for (int i = 0; i < isOwned.length; i++) {
      if (isOwned[i] == 1) {
        own.add(taken.get(i));
      }
    }
    return own;
  }

  /**
   * The end of a query that reads some of many rows to change them. H2 would read, sort and lock
   * all that fit: there each change asks once more whether the row is as it was.
   */
  static String lockedForMe(Handle handle) {
    return isH2(handle) ? "" : "FOR UPDATE SKIP LOCKED";
  }

  static boolean isH2(Handle handle) {
    try {
      return handle.getConnection().getMetaData().getDatabaseProductName().equals("H2");
    } catch (SQLException e) {
      throw Database.failure("Asking which database this is", e);
    }
  }

  private static QueuedInvocation queued(ResultSet row, TenantId tenant, long owner)
      throws SQLException {
    int attempt = row.getInt("attempts") + 1;
    byte[] bytes = row.getBytes("head");
    StoredHead.Call head = StoredHead.call(bytes, attempt);
    byte[] body = row.getBytes("body");
    String callback = row.getString("callback");
    return new QueuedInvocation(
        row.getString("id"),
        owner,
        version(row, tenant),
        body == null ? head.call() : head.call().withBody(body),
        body == null,
        row.getLong("body_bytes"),
        bytes.length,
        head.origin(),
        attempt,
        Database.instant(row, "accepted_at"),
        row.getBoolean("too_old"),
        row.getBoolean("cancelling"),
        row.getString("ending"),
        row.getString("reason"),
        callback.isEmpty() ? Optional.empty() : Optional.of(callback),
        row.getInt("depth"));
  }

  static VersionRef version(ResultSet row, TenantId tenant) throws SQLException {
    return new VersionRef(
        new FunctionRef(tenant, new FunctionName(row.getString("function"))),
        row.getInt("version"),
        ModuleDigest.parse(row.getString("module")));
  }

  @Override
  public Optional<byte[]> body(TenantId tenant, String id) {
    return database
        .inTransaction(
            "Reading the body of an invocation of tenant " + tenant,
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT body_bytes FROM async_queue
                        WHERE tenant = :tenant AND id = :id AND body IS NULL
                        """)
                    .bind("tenant", tenant.value())
                    .bind("id", id)
                    .mapTo(Integer.class)
                    .findFirst()
                    .flatMap(
                        bytes -> LargeBodies.find(handle, tenant, id, LargeBodies.INPUT, bytes)))
        .map(bodies::load);
  }

  @Override
  public List<String> givenUp(long owner) {
    return database.read(
        "Reading which invocations were given up",
        handle ->
            handle
                .createQuery("SELECT id FROM async_queue WHERE owner = :owner AND cancelling")
                .bind("owner", owner)
                .mapTo(String.class)
                .list());
  }

  @Override
  public List<Long> owners() {
    return database.read(
        "Reading who has invocations",
        handle ->
            handle
                .createQuery("SELECT DISTINCT owner FROM async_queue WHERE owner > 0")
                .mapTo(Long.class)
                .list());
  }

  @Override
  public int release(long owner) {
    return database.inTransaction(
        "Giving back the invocations of a node",
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE async_queue SET owner = 0, due_at = CURRENT_TIMESTAMP,
                      ending = 'worker-lost', reason = 'the node that had it was lost'
                    WHERE owner = :owner
                    """)
                .bind("owner", owner)
                .execute());
  }

  @Override
  public Optional<InvocationStatus> find(TenantId tenant, String id) {
    return database.read(
        "Reading an invocation of tenant " + tenant, handle -> find(handle, tenant, id));
  }

  /** One statement, so that what moves from one table to another is not missed. */
  private static Optional<InvocationStatus> find(Handle handle, TenantId tenant, String id) {
    return handle
        .createQuery(
            """
            SELECT id, function, version, module, caller,
              CASE owner WHEN 0 THEN 'queued' ELSE 'running' END AS state, attempts, accepted_at,
              due_at AS ended_at, expires_at AS keep_until, cancelling, ending, reason,
              callback, 'awaited' AS callback_state, 0 AS callback_attempts,
              0 AS callback_status, '' AS callback_error, due_at AS callback_due_at,
              '' AS callback_why
            FROM async_queue WHERE tenant = :tenant AND id = :id
            UNION ALL
            SELECT e.id, e.function, e.version, e.module, e.caller, e.state, e.attempts,
              e.accepted_at, e.ended_at, e.keep_until, FALSE, e.ending, '', %1$s
            FROM async_results e %2$s
            UNION ALL
            SELECT e.id, e.function, e.version, e.module, e.caller, e.state, e.attempts,
              e.accepted_at, e.ended_at, e.keep_until, FALSE, e.ending, e.reason, %1$s
            FROM dead_letters e %2$s
            """
                .formatted(JdbiCallbackStore.STATUS, JdbiCallbackStore.WITH_STATUS))
        .bind("tenant", tenant.value())
        .bind("id", id)
        .map((row, context) -> status(row, tenant))
        .findFirst();
  }

  static InvocationStatus status(ResultSet row, TenantId tenant) throws SQLException {
    InvocationState state = InvocationState.ofWord(row.getString("state"));
    Optional<Instant> at = Optional.of(Database.instant(row, "ended_at"));
    return new InvocationStatus(
        row.getString("id"),
        version(row, tenant),
        row.getString("caller"),
        state,
        row.getInt("attempts"),
        Database.instant(row, "accepted_at"),
        state == InvocationState.QUEUED ? at : Optional.empty(),
        state.isEnded() ? at : Optional.empty(),
        state.isEnded() ? Optional.of(Database.instant(row, "keep_until")) : Optional.empty(),
        row.getBoolean("cancelling"),
        row.getString("ending"),
        row.getString("reason"),
        JdbiCallbackStore.status(row));
  }

  @Override
  public Optional<KeptResult> result(TenantId tenant, String id) {
    Optional<FoundResult> found = found(tenant, id);
    try {
      return found.map(it -> new KeptResult(it.status(), it.headers(), bodies.load(it.body())));
    } catch (StoreFailure e) {
      if (found(tenant, id).isEmpty()) { // it expired while its body was asked for
        return Optional.empty();
      }
      throw e;
    }
  }

  private record FoundResult(int status, Headers headers, LargeBodies.Found body) {}

  private Optional<FoundResult> found(TenantId tenant, String id) {
    return database.inTransaction(
        "Reading what an invocation of tenant " + tenant + " came to",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT status, head, body, body_bytes FROM async_results
                    WHERE tenant = :tenant AND id = :id AND state = 'done'
                    """)
                .bind("tenant", tenant.value())
                .bind("id", id)
                .map((row, context) -> found(handle, row, tenant, id))
                .findFirst()
                .flatMap(Function.identity()));
  }

  /** Empty if it expired between two statements. */
  private static Optional<FoundResult> found(
      Handle handle, ResultSet row, TenantId tenant, String id) throws SQLException {
    int status = row.getInt("status");
    Headers headers = StoredHead.headers(row.getBytes("head"));
    byte[] body = row.getBytes("body");
    Optional<LargeBodies.Found> found =
        body != null
            ? Optional.of(new LargeBodies.Found.Whole(body))
            : LargeBodies.find(handle, tenant, id, LargeBodies.RESULT, row.getInt("body_bytes"));
    return found.map(it -> new FoundResult(status, headers, it));
  }

  @Override
  public OptionalLong resultBytes(TenantId tenant, String id) {
    return database.read(
        "Reading how long an answer is",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT body_bytes FROM async_results
                    WHERE tenant = :tenant AND id = :id AND state = 'done'
                    """)
                .bind("tenant", tenant.value())
                .bind("id", id)
                .mapTo(Long.class)
                .findFirst()
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty()));
  }

  @Override
  public boolean wasKept(TenantId tenant, String id) {
    return database.read(
        "Reading whether an invocation was there",
        handle ->
            handle
                .createQuery("SELECT 1 FROM async_gone WHERE tenant = :tenant AND id = :id")
                .bind("tenant", tenant.value())
                .bind("id", id)
                .mapTo(Integer.class)
                .findFirst()
                .isPresent());
  }

  @Override
  public Optional<InvocationStatus> cancel(TenantId tenant, String id) {
    return database.inTransaction(
        "Cancelling an invocation of tenant " + tenant,
        handle -> {
          Optional<Long> owner =
              handle
                  .createQuery(
                      "SELECT owner FROM async_queue WHERE tenant = :tenant AND id = :id FOR UPDATE")
                  .bind("tenant", tenant.value())
                  .bind("id", id)
                  .mapTo(Long.class)
                  .findFirst();
          if (owner.isPresent() && owner.get() == 0) {
            AsyncCounts counts = new AsyncCounts();
            SettledBatch.cancelQueued(handle, tenant, id, counts);
            counts.write(handle, SLOTS);
          } else if (owner.isPresent()) {
            handle.execute(
                "UPDATE async_queue SET cancelling = TRUE WHERE tenant = ? AND id = ?",
                tenant.value(),
                id);
          }
          return find(handle, tenant, id);
        });
  }

  @Override
  public Account account(Optional<TenantId> tenant) {
    String whose = tenant.isPresent() ? "tenant = :tenant" : "TRUE";
    return database.read(
        "Adding up invocations",
        handle -> {
          Query query =
              handle.createQuery(
                  """
                  SELECT c.accepted, c.done, c.failed, c.dead, c.cancelled, q.queued, q.running
                  FROM (SELECT COALESCE(SUM(accepted), 0) AS accepted,
                          COALESCE(SUM(done), 0) AS done, COALESCE(SUM(failed), 0) AS failed,
                          COALESCE(SUM(dead), 0) AS dead, COALESCE(SUM(cancelled), 0) AS cancelled
                        FROM async_counts WHERE %s) c,
                       (SELECT COALESCE(SUM(CASE owner WHEN 0 THEN 1 ELSE 0 END), 0) AS queued,
                          COALESCE(SUM(CASE owner WHEN 0 THEN 0 ELSE 1 END), 0) AS running
                        FROM async_queue WHERE %s) q
                  """
                      .formatted(whose, whose));
          tenant.ifPresent(it -> query.bind("tenant", it.value()));
          return query
              .map((row, context) ->
                  new Account(
                      row.getLong("accepted"),
                      row.getLong("done"),
                      row.getLong("failed"),
                      row.getLong("dead"),
                      row.getLong("cancelled"),
                      row.getLong("queued"),
                      row.getLong("running")))
              .one();
        });
  }

  @Override
  public int prune(int most) {
    return database.inTransaction(
        "Removing what invocations came to",
        handle -> {
          AsyncCounts counts = new AsyncCounts();
          int removed =
              Expired.remove(handle, "async_results", RESULT_HELD, LargeBodies.RESULT, most, counts)
                  + Expired.remove(
                      handle, "dead_letters", LETTER_HELD, LargeBodies.INPUT, most, counts)
                  + JdbiKeyedCallStore.prune(handle, most, counts)
                  + pruneKeys(handle, most, counts);
          counts.write(handle, SLOTS);
          handle
              .createUpdate(
                  """
                  DELETE FROM async_gone WHERE (tenant, id) IN (
                    SELECT tenant, id FROM async_gone
                    WHERE keep_until <= CURRENT_TIMESTAMP ORDER BY keep_until LIMIT :most)
                  """)
              .bind("most", most)
              .execute();
          return removed;
        });
  }

  private static int pruneKeys(Handle handle, int most, AsyncCounts counts) {
    List<OldKey> old =
        handle
            .createQuery(
                """
                SELECT tenant, function, caller, name FROM idempotency_keys
                WHERE keep_until <= CURRENT_TIMESTAMP
                ORDER BY keep_until LIMIT :most %s
                """
                    .formatted(lockedForMe(handle)))
            .bind("most", most)
            .map((row, context) ->
                new OldKey(
                    row.getString("tenant"),
                    row.getString("function"),
                    row.getString("caller"),
                    row.getString("name")))
            .list();
    if (old.isEmpty()) {
      return 0;
    }
    PreparedBatch deletes =
        handle.prepareBatch(
            """
            DELETE FROM idempotency_keys
            WHERE tenant = ? AND function = ? AND caller = ? AND name = ?
              AND keep_until <= CURRENT_TIMESTAMP
            """);
    old.forEach(it -> deletes.add(it.tenant(), it.function(), it.caller(), it.name()));
    int[] deleted = deletes.execute();
    for (int i = 0; i < deleted.length; i++) {
      OldKey it = old.get(i);
      if (deleted[i] == 1 && !it.caller().isEmpty()) { // else it was not counted
        counts.keys(new TenantId(it.tenant()), StoredCaller.of(it.caller()).isAnonymous(), -1);
      }
    }
    return old.size();
  }

  private record OldKey(String tenant, String function, String caller, String name) {}

  static long goneMillis() {
    return GONE_KEPT.toMillis();
  }

  @Override
  public boolean forgetSome(TenantId tenant) {
    for (String table :
        List.of(
            "async_queue",
            "async_results",
            "dead_letters",
            "keyed_calls",
            "async_bodies", // after the rows that they are of: what is written meanwhile goes, too
            "async_blobs",
            "async_gone",
            "async_callbacks",
            "idempotency_keys",
            "async_counts")) {
      if (forgetSome(tenant, table)) {
        return true;
      }
    }
    return false;
  }

  private boolean forgetSome(TenantId tenant, String table) {
    if (table.equals("async_blobs")) {
      return database.inTransaction(
              "Giving up the bodies of tenant " + tenant,
              handle -> LargeBodies.discardSome(handle, tenant, FORGOTTEN_AT_ONCE))
          == FORGOTTEN_AT_ONCE;
    }
    String key =
        switch (table) {
          case "async_bodies" -> "id, kind, number";
          case "idempotency_keys", "keyed_calls" -> "function, caller, name";
          case "async_counts" -> "slot";
          default -> "id";
        };
    return database.inTransaction(
        "Removing invocations of tenant " + tenant,
        handle ->
            handle
                    .createUpdate(
                        """
                        DELETE FROM %s WHERE tenant = :tenant AND (%s) IN (
                          SELECT %s FROM %s WHERE tenant = :tenant LIMIT :most)
                        """
                            .formatted(table, key, key, table))
                    .bind("tenant", tenant.value())
                    .bind("most", FORGOTTEN_AT_ONCE)
                    .execute()
                == FORGOTTEN_AT_ONCE);
  }
}
