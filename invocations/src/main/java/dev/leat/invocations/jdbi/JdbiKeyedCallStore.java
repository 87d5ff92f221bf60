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
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;

/** Keyed calls in a table. Whoever inserts a key's row is the first. */
public final class JdbiKeyedCallStore implements KeyedCallStore {
  /** Rows of a tenant's counts that these are spread over, so that few wait for each other. */
  private static final int SLOTS = 8;

  /** The row of those who keep large answers: one after the other, so that each knows the room. */
  private static final int LARGE_SLOT = SLOTS + 1;

  private static final FirstAnswer NO_ROOM =
      new FirstAnswer.Refusal(
          ProblemCode.RESULT_EXPIRED,
          "The call ran and was answered, but its answer was not kept: the tenant has as many bytes"
              + " of answers to calls with an Idempotency-Key as it may. It is not run again by the"
              + " same key; choose another to have it run again.");

  private static final int DETAIL_CHARS_MAX = 2_000;

  private static final byte[] NOTHING = new byte[0];
  private static final String OF_KEY =
      "tenant = :tenant AND function = :function AND caller = :caller AND name = :name";

  private static final String IS_OVER =
      """
      keep_until <= CURRENT_TIMESTAMP OR COALESCE(pending_until <= CURRENT_TIMESTAMP, FALSE)\
      """;

  private final Database database;

  public JdbiKeyedCallStore(DataSource source) {
    this.database = new Database(source);
  }

  @Override
  public Claim claim(Key key, String request, String id, Duration pendingFor) {
    return database.inTransaction(
        "Claiming a key of " + key.function(),
        handle -> {
          Optional<Found> known = find(handle, key);
          if (known.isPresent()) {
            return known.get().isOver()
                ? takeOver(handle, key, known.get(), request, id, pendingFor)
                : known.get().claim(request);
          }
          if (insert(handle, key, request, id, pendingFor)) {
            return counted(handle, key);
          }
          return find(handle, key) // another was sooner
              .filter(it -> !it.isOver())
              .map(it -> it.claim(request))
              .orElse(new Claim.Pending());
        });
  }

  /** Waits for a transaction that has inserted the same key and is not at its end: some ms. */
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
        .bind("caller", StoredCaller.text(key.caller()))
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
    if (used(handle, tenant(key)).isFull(key.caller())) {
      bind(handle.createUpdate("DELETE FROM keyed_calls WHERE " + OF_KEY), key).execute();
      return new Claim.Full();
    }
    AsyncCounts counts = new AsyncCounts();
    count(counts, key, 1, AsyncStore.ROW_BYTES);
    counts.write(handle, slot());
    return new Claim.First();
  }

  private static void count(AsyncCounts counts, Key key, long more, long bytes) {
    counts.keyed(tenant(key), key.caller().isAnonymous(), more, bytes);
  }

  private static Used used(Handle handle, TenantId tenant) {
    return handle
        .createQuery(
            """
            SELECT COALESCE(SUM(keyed), 0) AS keyed, COALESCE(SUM(keyed_bytes), 0) AS held,
              COALESCE(SUM(keyed_anonymous), 0) AS anonymous,
              COALESCE(SUM(keyed_anonymous_bytes), 0) AS anonymous_held
            FROM async_counts WHERE tenant = :tenant
            """)
        .bind("tenant", tenant.value())
        .map((row, context) ->
            new Used(
                row.getLong("keyed"),
                row.getLong("held"),
                row.getLong("anonymous"),
                row.getLong("anonymous_held")))
        .one();
  }

  /** What a tenant has, and of that callers without a token. */
  private record Used(long keyed, long held, long anonymous, long anonymousHeld) {
    boolean isFull(Caller caller) {
      return isFull(keyed, held, 1)
          || (caller.isAnonymous() && isFull(anonymous, anonymousHeld, ANONYMOUS_PART));
    }

    private static boolean isFull(long keyed, long held, int part) {
      return keyed >= OF_TENANT_MAX / part || held >= BYTES_OF_TENANT_MAX / part;
    }

    /** A row has its room since it was claimed. */
    boolean hasRoom(Caller caller, long answer) {
      return answer == 0
          || (held + answer <= BYTES_OF_TENANT_MAX
              && (!caller.isAnonymous()
                  || anonymousHeld + answer <= BYTES_OF_TENANT_MAX / ANONYMOUS_PART));
    }
  }

  /** Without a lock: whoever sends a call often holds a connection only as long as that takes. */
  private static Optional<Found> find(Handle handle, Key key) {
    return bind(
            handle.createQuery(
                """
                SELECT request, id, pending_until IS NOT NULL AS is_pending, %s AS is_over,
                  OCTET_LENGTH(head) + body_bytes AS held, body IS NULL AS is_large
                FROM keyed_calls WHERE %s
                """
                    .formatted(IS_OVER, OF_KEY)),
            key)
        .map((row, context) ->
            new Found(
                row.getString("request"),
                row.getString("id"),
                row.getBoolean("is_pending"),
                row.getBoolean("is_over"),
                row.getLong("held"),
                row.getBoolean("is_large")))
        .findFirst();
  }

  /**
   * @param held by its answer
   * @param isLarge whether that is kept apart
   */
  private record Found(
      String request, String id, boolean isPending, boolean isOver, long held, boolean isLarge) {
    Claim claim(String asked) {
      if (!request.equals(asked)) {
        return new Claim.Reused();
      }
      return isPending ? new Claim.Pending() : new Claim.Answered(id, held);
    }
  }

  /** In the row that is there, so the tenant has no more than before. */
  private static Claim takeOver(
      Handle handle, Key key, Found over, String request, String id, Duration pendingFor) {
    int taken =
        bind(
                handle.createUpdate(
                    """
                    UPDATE keyed_calls SET request = :request, id = :id, pending_until = %s,
                      keep_until = %s, status = 0, problem = '', detail = '', head = :nothing,
                      body = :nothing, body_bytes = 0
                    WHERE %s AND id = :over AND (%s)
                    """
                        .formatted(
                            JdbiAsyncStore.FROM_NOW.formatted("pending"),
                            JdbiAsyncStore.FROM_NOW.formatted("keep"),
                            OF_KEY,
                            IS_OVER)),
                key)
            .bind("request", request)
            .bind("id", id)
            .bind("pending", pendingFor.toMillis())
            .bind("keep", IdempotencyKey.KEPT.toMillis())
            .bind("nothing", NOTHING)
            .bind("over", over.id())
            .execute();
    if (taken == 0) {
      return new Claim.Pending(); // another was sooner
    }
    if (over.isLarge()) {
      LargeBodies.delete(handle, tenant(key), over.id(), LargeBodies.KEYED);
    }
    if (over.held() > 0) {
      AsyncCounts counts = new AsyncCounts();
      count(counts, key, 0, -over.held());
      counts.write(handle, slot());
    }
    return new Claim.First();
  }

  @Override
  public Optional<FirstAnswer> answer(Key key, String id) {
    return database.inTransaction(
        "Reading what a key of " + key.function() + " was answered",
        handle ->
            bind(
                    handle.createQuery(
                        """
                        SELECT status, problem, detail, head, body, body_bytes FROM keyed_calls
                        WHERE %s AND id = :id AND pending_until IS NULL
                        """
                            .formatted(OF_KEY)),
                    key)
                .bind("id", id)
                .map((row, context) -> answer(row, handle, tenant(key), id))
                .findFirst());
  }

  private static FirstAnswer answer(ResultSet row, Handle handle, TenantId tenant, String id)
      throws SQLException {
    int status = row.getInt("status");
    if (status == 0) {
      return new FirstAnswer.Refusal(
          ProblemCode.valueOf(row.getString("problem")), row.getString("detail"));
    }
    byte[] body = row.getBytes("body");
    return new FirstAnswer.Response(
        status,
        StoredHead.headers(row.getBytes("head")),
        body == null
            ? LargeBodies.pieces(handle, tenant, id, LargeBodies.KEYED, row.getInt("body_bytes"))
                .orElse(NOTHING)
            : body);
  }

  @Override
  public void keep(Key key, String id, FirstAnswer answer) {
    database.inTransaction(
        "Keeping what a key of " + key.function() + " was answered",
        handle -> {
          boolean isLarge = isLarge(answer);
          if (isLarge) {
            AsyncCounts none = new AsyncCounts();
            count(none, key, 0, 0);
            none.write(handle, LARGE_SLOT); // and so waits for others that do
          }
          boolean hasRoom = used(handle, tenant(key)).hasRoom(key.caller(), held(answer));
          return keep(handle, key, id, hasRoom ? answer : NO_ROOM, isLarge ? LARGE_SLOT : slot());
        });
  }

  private static boolean isLarge(FirstAnswer answer) {
    return LargeBodies.isLarge(body(answer));
  }

  private static byte[] body(FirstAnswer answer) {
    return answer instanceof FirstAnswer.Response it ? it.body() : NOTHING;
  }

  private static byte[] head(FirstAnswer answer) {
    return answer instanceof FirstAnswer.Response it ? StoredHead.of(it.headers()) : NOTHING;
  }

  private static long held(FirstAnswer answer) {
    return (long) head(answer).length + body(answer).length;
  }

  /** Whether the claim was still this one's. */
  private static boolean keep(Handle handle, Key key, String id, FirstAnswer answer, int slot) {
    byte[] body = body(answer);
    boolean isLarge = isLarge(answer);
    boolean isKept =
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
                .bind("head", head(answer))
                .bindByType("body", isLarge ? null : body, byte[].class)
                .bind("bytes", (long) body.length)
                .execute()
            == 1;
    if (isKept) {
      if (isLarge) {
        LargeBodies.write(handle, tenant(key), id, LargeBodies.KEYED, body, Optional.empty());
      }
      AsyncCounts counts = new AsyncCounts();
      count(counts, key, 0, held(answer));
      counts.write(handle, slot);
    }
    return isKept;
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
            count(counts, key, -1, -AsyncStore.ROW_BYTES);
            counts.write(handle, slot());
          }
          return removed;
        });
  }

  /** Removes some that are kept no longer; gives how many. What they were answered is not read. */
  static int prune(Handle handle, int most, AsyncCounts counts) {
    List<Old> old =
        handle
            .createQuery(
                """
                SELECT tenant, function, caller, name, id,
                  OCTET_LENGTH(head) + body_bytes AS held, body IS NULL AS is_large
                FROM keyed_calls WHERE keep_until <= CURRENT_TIMESTAMP
                ORDER BY keep_until LIMIT :most %s
                """
                    .formatted(JdbiAsyncStore.lockedForMe(handle)))
            .bind("most", most)
            .map((row, context) ->
                new Old(
                    new Key(
                        new FunctionRef(
                            new TenantId(row.getString("tenant")),
                            new FunctionName(row.getString("function"))),
                        StoredCaller.of(row.getString("caller")),
                        row.getString("name")),
                    row.getString("id"),
                    row.getLong("held"),
                    row.getBoolean("is_large")))
            .list();
    if (old.isEmpty()) {
      return 0;
    }
    PreparedBatch deletes =
        handle.prepareBatch("DELETE FROM keyed_calls WHERE %s AND id = :id".formatted(OF_KEY));
    old.forEach(it -> bind(deletes, it.key()).bind("id", it.id()).add());
    int[] deleted = deletes.execute();
    for (int i = 0; i < deleted.length; i++) {
      Old it = old.get(i);
      if (deleted[i] == 1) { // else another call has the key now
        count(counts, it.key(), -1, -AsyncStore.ROW_BYTES - it.held());
        if (it.isLarge()) {
          LargeBodies.delete(handle, tenant(it.key()), it.id(), LargeBodies.KEYED);
        }
      }
    }
    return old.size();
  }

  private record Old(Key key, String id, long held, boolean isLarge) {}
}
