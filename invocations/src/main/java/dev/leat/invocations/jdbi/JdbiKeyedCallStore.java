package dev.leat.invocations.jdbi;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.FirstAnswer;
import dev.leat.invocations.async.IdempotencyKey;
import dev.leat.invocations.async.KeyedCallStore;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/** Keyed calls in a table. Whoever inserts a key's row is the first. */
public final class JdbiKeyedCallStore implements KeyedCallStore {
  /** Rows of a tenant's counts that these are spread over, so that few wait for each other. */
  private static final int SLOTS = 8;

  private static final int DETAIL_CHARS_MAX = 2_000;
  private static final byte[] NOTHING = new byte[0];
  private static final String OF_KEY =
      "tenant = :tenant AND function = :function AND caller = :caller AND name = :name";

  private final Database database;

  public JdbiKeyedCallStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public Claim claim(Key key, String request, String id, Duration pendingFor) {
    return database.inTransaction(
        "Claiming a key of " + key.function(),
        handle -> {
          if (insert(handle, key, request, id, pendingFor)) {
            return counted(handle, key);
          }
          Optional<Found> found = find(handle, key);
          if (found.isEmpty()) {
            return new Claim.Pending(); // another was about to free it
          }
          if (found.get().isOver()) {
            AsyncCounts counts = new AsyncCounts();
            remove(handle, key, found.get(), counts);
            counts.write(handle, slot());
            return insert(handle, key, request, id, pendingFor)
                ? counted(handle, key)
                : new Claim.Pending();
          }
          if (!found.get().request().equals(request)) {
            return new Claim.Reused();
          }
          return found.get().isPending()
              ? new Claim.Pending()
              : new Claim.Answered(answer(handle, key, found.get()));
        });
  }

  /** Waits for a transaction that has inserted the same key and is not at its end. */
  private static boolean insert(
      Handle handle, Key key, String request, String id, Duration pendingFor) {
    return bind(
                handle.createUpdate(
                    """
                    INSERT INTO keyed_calls (tenant, function, caller, name, request, id,
                      pending_until, keep_until, status, problem, detail, head, body, body_bytes)
                    VALUES (:tenant, :function, :caller, :name, :request, :id, %s, %s, 0, '', '',
                      :nothing, :nothing, 0)
                    ON CONFLICT DO NOTHING
                    """
                        .formatted(
                            JdbiAsyncStore.FROM_NOW.formatted("pending"),
                            JdbiAsyncStore.FROM_NOW.formatted("keep"))),
                key)
            .bind("request", request)
            .bind("id", id)
            .bind("pending", pendingFor.toMillis())
            .bind("keep", IdempotencyKey.KEPT.toMillis())
            .bind("nothing", NOTHING)
            .execute()
        == 1;
  }

  private static <S extends SqlStatement<S>> S bind(S statement, Key key) {
    return statement
        .bind("tenant", tenant(key).value())
        .bind("function", key.function().name().value())
        .bind("caller", key.caller())
        .bind("name", key.name());
  }

  private static TenantId tenant(Key key) {
    return key.function().tenant();
  }

  private static int slot() {
    return ThreadLocalRandom.current().nextInt(SLOTS);
  }

  /** The row is there; it goes again where the tenant has as much as it may. */
  private static Claim counted(Handle handle, Key key) {
    boolean isFull =
        handle
            .createQuery(
                """
                SELECT COALESCE(SUM(keyed), 0) AS keyed, COALESCE(SUM(keyed_bytes), 0) AS held
                FROM async_counts WHERE tenant = :tenant
                """)
            .bind("tenant", tenant(key).value())
            .map((row, context) ->
                row.getLong("keyed") >= OF_TENANT_MAX || row.getLong("held") >= BYTES_OF_TENANT_MAX)
            .one();
    if (isFull) {
      bind(handle.createUpdate("DELETE FROM keyed_calls WHERE " + OF_KEY), key).execute();
      return new Claim.Full();
    }
    AsyncCounts counts = new AsyncCounts();
    counts.keyed(tenant(key), 1, AsyncStore.ROW_BYTES);
    counts.write(handle, slot());
    return new Claim.First();
  }

  private static Optional<Found> find(Handle handle, Key key) {
    return bind(
            handle.createQuery(
                """
                SELECT request, id, pending_until IS NOT NULL AS is_pending,
                  keep_until <= CURRENT_TIMESTAMP
                    OR COALESCE(pending_until <= CURRENT_TIMESTAMP, FALSE) AS is_over,
                  status, problem, detail, head, body, body_bytes
                FROM keyed_calls WHERE %s FOR UPDATE
                """
                    .formatted(OF_KEY)),
            key)
        .map((row, context) -> found(row))
        .findFirst();
  }

  private static Found found(ResultSet row) throws SQLException {
    byte[] body = row.getBytes("body");
    return new Found(
        row.getString("request"),
        row.getString("id"),
        row.getBoolean("is_pending"),
        row.getBoolean("is_over"),
        row.getInt("status"),
        row.getString("problem"),
        row.getString("detail"),
        row.getBytes("head"),
        body == null ? Optional.empty() : Optional.of(body),
        row.getLong("body_bytes"));
  }

  /**
   * @param body empty if it is kept apart
   */
  private record Found(
      String request,
      String id,
      boolean isPending,
      boolean isOver,
      int status,
      String problem,
      String detail,
      byte[] head,
      Optional<byte[]> body,
      long bodyBytes) {}

  private static FirstAnswer answer(Handle handle, Key key, Found found) {
    return found.status() == 0
        ? new FirstAnswer.Refusal(ProblemCode.valueOf(found.problem()), found.detail())
        : new FirstAnswer.Response(
            found.status(),
            StoredHead.headers(found.head()),
            found
                .body()
                .or(() -> LargeBodies.read(handle, tenant(key), found.id(), LargeBodies.KEYED))
                .orElse(NOTHING));
  }

  private static void remove(Handle handle, Key key, Found found, AsyncCounts counts) {
    bind(handle.createUpdate("DELETE FROM keyed_calls WHERE " + OF_KEY), key).execute();
    if (found.body().isEmpty()) {
      LargeBodies.delete(handle, tenant(key), found.id(), LargeBodies.KEYED);
    }
    counts.keyed(tenant(key), -1, -AsyncStore.ROW_BYTES - found.head().length - found.bodyBytes());
  }

  @Override
  public void keep(Key key, String id, FirstAnswer answer) {
    database.inTransaction(
        "Keeping what a key of " + key.function() + " was answered",
        handle -> {
          byte[] head =
              answer instanceof FirstAnswer.Response it ? StoredHead.of(it.headers()) : NOTHING;
          byte[] body = answer instanceof FirstAnswer.Response it ? it.body() : NOTHING;
          boolean isLarge = body.length > AsyncStore.INLINE_BYTES_MAX;
          int kept =
              bind(
                      handle.createUpdate(
                          """
                          UPDATE keyed_calls SET pending_until = NULL, status = :status,
                            problem = :problem, detail = :detail, head = :head, body = :body,
                            body_bytes = :bytes
                          WHERE %s AND id = :id AND pending_until IS NOT NULL
                          """
                              .formatted(OF_KEY)),
                      key)
                  .bind("id", id)
                  .bind("status", answer instanceof FirstAnswer.Response it ? it.status() : 0)
                  .bind("problem", answer instanceof FirstAnswer.Refusal it ? it.code().name() : "")
                  .bind("detail", answer instanceof FirstAnswer.Refusal it ? cut(it.detail()) : "")
                  .bind("head", head)
                  .bindByType("body", isLarge ? null : body, byte[].class)
                  .bind("bytes", (long) body.length)
                  .execute();
          if (kept == 1) {
            if (isLarge) {
              LargeBodies.write(handle, tenant(key), id, LargeBodies.KEYED, body);
            }
            AsyncCounts counts = new AsyncCounts();
            counts.keyed(tenant(key), 0, head.length + body.length);
            counts.write(handle, slot());
          }
          return kept;
        });
  }

  private static String cut(String detail) {
    String kept = Database.storable(detail);
    return kept.length() <= DETAIL_CHARS_MAX ? kept : kept.substring(0, DETAIL_CHARS_MAX);
  }

  @Override
  public void forget(Key key, String id) {
    database.inTransaction(
        "Freeing a key of " + key.function(),
        handle -> {
          int removed =
              bind(
                      handle.createUpdate(
                          """
                          DELETE FROM keyed_calls
                          WHERE %s AND id = :id AND pending_until IS NOT NULL
                          """
                              .formatted(OF_KEY)),
                      key)
                  .bind("id", id)
                  .execute();
          if (removed == 1) {
            AsyncCounts counts = new AsyncCounts();
            counts.keyed(tenant(key), -1, -AsyncStore.ROW_BYTES);
            counts.write(handle, slot());
          }
          return removed;
        });
  }

  /** Removes some that are kept no longer; gives how many. */
  static int prune(Handle handle, int most, AsyncCounts counts) {
    record Old(Key key, Found found) {}
    List<Old> old =
        handle
            .createQuery(
                """
                SELECT tenant, function, caller, name, request, id, FALSE AS is_pending,
                  TRUE AS is_over, status, problem, detail, head, body, body_bytes
                FROM keyed_calls WHERE keep_until <= CURRENT_TIMESTAMP
                ORDER BY keep_until LIMIT :most FOR UPDATE SKIP LOCKED
                """)
            .bind("most", most)
            .map((row, context) ->
                new Old(
                    new Key(
                        new FunctionRef(
                            new TenantId(row.getString("tenant")),
                            new FunctionName(row.getString("function"))),
                        row.getString("caller"),
                        row.getString("name")),
                    found(row)))
            .list();
    old.forEach(it -> remove(handle, it.key(), it.found(), counts));
    return old.size();
  }
}
