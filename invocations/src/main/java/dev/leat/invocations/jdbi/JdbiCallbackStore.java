package dev.leat.invocations.jdbi;

import dev.leat.contract.TenantId;
import dev.leat.invocations.async.Callback;
import dev.leat.invocations.async.CallbackStatus;
import dev.leat.invocations.async.CallbackStore;
import dev.leat.invocations.async.InvocationState;
import dev.leat.invocations.async.QueuedInvocation;
import dev.leat.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/** Callbacks in a table; whoever takes one puts its time off, so that nobody else does. */
public final class JdbiCallbackStore implements CallbackStore {
  /** The counts' row of those who send. */
  private static final int SLOT = 8;

  private static final int TENANTS_AT_ONCE = 16;

  /** Of what has ended: the columns that {@link #status} reads, but for the first one's name. */
  static final String STATUS =
      """
      COALESCE(c.url, e.callback),
        CASE WHEN c.id IS NULL THEN e.callback_state ELSE 'waiting' END,
        COALESCE(c.attempts, e.callback_attempts), COALESCE(c.last_status, e.callback_status),
        COALESCE(c.last_error, e.callback_error), c.due_at, COALESCE(c.last_why, '')
      """;

  static final String WITH_STATUS =
      """
      LEFT JOIN async_callbacks c ON c.tenant = e.tenant AND c.id = e.id
      WHERE e.tenant = :tenant AND e.id = :id
      """;

  private final Database database;

  public JdbiCallbackStore(DataSource source) {
    this.database = new Database(source);
  }

  /** Empty for an invocation without a callback, and where an earlier release sent it. */
  static Optional<CallbackStatus> status(ResultSet row) throws SQLException {
    String url = row.getString("callback");
    String word = row.getString("callback_state");
    if (url.isEmpty() || word.isEmpty()) {
      return Optional.empty();
    }
    CallbackStatus.State state = CallbackStatus.State.ofWord(word);
    String why = row.getString("callback_why");
    return Optional.of(
        new CallbackStatus(
            url,
            state,
            row.getInt("callback_attempts"),
            state == CallbackStatus.State.WAITING
                ? Optional.of(Database.instant(row, "callback_due_at"))
                : Optional.empty(),
            why.isEmpty() ? Optional.empty() : Optional.of(CallbackStatus.Why.ofWord(why)),
            row.getInt("callback_status"),
            row.getString("callback_error")));
  }

  /** Has one sent, of an invocation that ends in this transaction and may have a callback. */
  static void add(
      Handle handle,
      QueuedInvocation of,
      InvocationState state,
      int status,
      String ending,
      String reason,
      AsyncCounts counts) {
    if (of.callback().isEmpty()) {
      return;
    }
    drop(handle, of.tenant(), of.id(), counts);
    handle
        .createUpdate(
            """
            INSERT INTO async_callbacks (tenant, id, function, version, module, url, state, status,
              of_invocation, ending, reason, attempts, due_at, give_up_at)
            VALUES (:tenant, :id, :function, :version, :module, :url, :state, :status, :of, :ending,
              :reason, 0, CURRENT_TIMESTAMP, %s)
            """
                .formatted(JdbiAsyncStore.FROM_NOW.formatted("tried")))
        .bind("tenant", of.tenant().value())
        .bind("id", of.id())
        .bind("function", of.version().function().name().value())
        .bind("version", of.version().number())
        .bind("module", of.version().module().toString())
        .bind("url", of.callback().get())
        .bind("state", state.word())
        .bind("status", status)
        .bind("of", of.attempts())
        .bind("ending", ending)
        .bind("reason", reason)
        .bind("tried", TRIED.toMillis())
        .execute();
  }

  /** Likewise, of a row of the queue that is cancelled. */
  static void addCancelled(Handle handle, TenantId tenant, String id, AsyncCounts counts) {
    boolean isWanted =
        handle
            .createQuery(
                """
                SELECT 1 FROM async_queue WHERE tenant = :tenant AND id = :id AND callback <> ''
                """)
            .bind("tenant", tenant.value())
            .bind("id", id)
            .mapTo(Integer.class)
            .findFirst()
            .isPresent();
    if (!isWanted) {
      return;
    }
    drop(handle, tenant, id, counts);
    handle
        .createUpdate(
            """
            INSERT INTO async_callbacks (tenant, id, function, version, module, url, state, status,
              of_invocation, ending, reason, attempts, due_at, give_up_at)
            SELECT tenant, id, function, version, module, callback, 'cancelled', 0, attempts,
              'cancelled', '', 0, CURRENT_TIMESTAMP, %s
            FROM async_queue WHERE tenant = :tenant AND id = :id
            """
                .formatted(JdbiAsyncStore.FROM_NOW.formatted("tried")))
        .bind("tenant", tenant.value())
        .bind("id", id)
        .bind("tried", TRIED.toMillis())
        .execute();
  }

  /** What it came to before it was begun anew is not sent any more. */
  private static void drop(Handle handle, TenantId tenant, String id, AsyncCounts counts) {
    int dropped =
        handle.execute(
            "DELETE FROM async_callbacks WHERE tenant = ? AND id = ?", tenant.value(), id);
    if (dropped > 0) {
      counts.callbacks(tenant, -dropped);
    }
  }

  @Override
  public Turn take(int most, String after, ToIntFunction<TenantId> room, Duration hidden) {
    return database.inTransaction(
        "Taking callbacks",
        handle -> {
          DueTenants due =
              DueTenants.after(handle, DueTenants.Table.CALLBACKS, after, TENANTS_AT_ONCE, room);
          List<Callback> taken = new ArrayList<>();
          int tenantsLeft = due.tenants().size();
          for (TenantId tenant : due.tenants()) {
            int left = most - taken.size();
            int share = Math.min(room.applyAsInt(tenant), Math.ceilDiv(left, tenantsLeft--));
            if (share > 0) {
              taken.addAll(take(handle, tenant, share, hidden));
            }
          }
          return new Turn(taken, due.last());
        });
  }

  private static List<Callback> take(Handle handle, TenantId tenant, int most, Duration hidden) {
    List<Callback> found =
        handle
            .createQuery(
                """
                SELECT id, function, version, module, url, state, status, of_invocation, ending,
                  reason, attempts, give_up_at <= CURRENT_TIMESTAMP AS too_old
                FROM async_callbacks WHERE tenant = :tenant AND due_at <= CURRENT_TIMESTAMP
                ORDER BY tenant, due_at, id LIMIT :most %s
                """
                    .formatted(JdbiAsyncStore.isH2(handle) ? "" : "FOR UPDATE SKIP LOCKED"))
            .bind("tenant", tenant.value())
            .bind("most", most)
            .map((row, context) -> callback(row, tenant))
            .list();
    return found.stream().filter(it -> hide(handle, it, hidden)).toList();
  }

  /** False where another was sooner. */
  private static boolean hide(Handle handle, Callback callback, Duration hidden) {
    return handle
            .createUpdate(
                """
                UPDATE async_callbacks SET attempts = :attempts, due_at = %s
                WHERE tenant = :tenant AND id = :id AND attempts = :before
                """
                    .formatted(JdbiAsyncStore.FROM_NOW.formatted("hidden")))
            .bind("attempts", callback.attempts())
            .bind("before", callback.attempts() - 1)
            .bind("hidden", hidden.toMillis())
            .bind("tenant", callback.tenant().value())
            .bind("id", callback.id())
            .execute()
        == 1;
  }

  private static Callback callback(ResultSet row, TenantId tenant) throws SQLException {
    return new Callback(
        row.getString("id"),
        JdbiAsyncStore.version(row, tenant),
        row.getString("url"),
        InvocationState.ofWord(row.getString("state")),
        row.getInt("status"),
        row.getInt("of_invocation"),
        row.getString("ending"),
        row.getString("reason"),
        row.getInt("attempts") + 1,
        row.getBoolean("too_old"));
  }

  @Override
  public void end(Callback callback, CallbackStatus.State state, Tried last) {
    database.inTransaction(
        "Ending a callback",
        handle -> {
          AsyncCounts counts = new AsyncCounts();
          // Not one of a later end of the same invocation, which has begun anew.
          int removed =
              handle
                  .createUpdate(
                      """
                      DELETE FROM async_callbacks
                      WHERE tenant = :tenant AND id = :id AND attempts = :attempts
                      """)
                  .bind("tenant", callback.tenant().value())
                  .bind("id", callback.id())
                  .bind("attempts", callback.attempts())
                  .execute();
          if (removed > 0) {
            counts.callbacks(callback.tenant(), -removed);
            keep(handle, callback, state, last);
          }
          counts.write(handle, SLOT);
          return removed;
        });
  }

  /** Beside what its invocation came to, if that is still kept and was not begun anew. */
  private static void keep(
      Handle handle, Callback callback, CallbackStatus.State state, Tried last) {
    boolean isAnswer =
        callback.state() == InvocationState.DONE || callback.state() == InvocationState.CANCELLED;
    handle
        .createUpdate(
            """
            UPDATE %s SET callback_state = :state, callback_attempts = :attempts,
              callback_status = :status, callback_error = :error
            WHERE tenant = :tenant AND id = :id
            """
                .formatted(isAnswer ? "async_results" : "dead_letters"))
        .bind("state", state.word())
        .bind("attempts", callback.attempts())
        .bind("status", last.status())
        .bind("error", error(last))
        .bind("tenant", callback.tenant().value())
        .bind("id", callback.id())
        .execute();
  }

  private static String error(Tried last) {
    String kept = Database.storable(last.error());
    return kept.substring(0, Math.min(kept.length(), ERROR_CHARS_MAX));
  }

  @Override
  public void putOff(Callback callback, Duration delay, Tried last) {
    database.inTransaction(
        "Putting a callback off",
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE async_callbacks SET due_at = %s, last_why = :why, last_status = :status,
                      last_error = :error
                    WHERE tenant = :tenant AND id = :id AND attempts = :attempts
                    """
                        .formatted(JdbiAsyncStore.FROM_NOW.formatted("delay")))
                .bind("why", last.why().word())
                .bind("status", last.status())
                .bind("error", error(last))
                .bind("delay", delay.toMillis())
                .bind("tenant", callback.tenant().value())
                .bind("id", callback.id())
                .bind("attempts", callback.attempts())
                .execute());
  }

  @Override
  public void delay(Callback callback, Duration delay, CallbackStatus.Why why) {
    database.inTransaction(
        "Delaying a callback",
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE async_callbacks SET due_at = %s, attempts = :before, last_why = :why
                    WHERE tenant = :tenant AND id = :id AND attempts = :attempts
                    """
                        .formatted(JdbiAsyncStore.FROM_NOW.formatted("delay")))
                .bind("before", callback.attempts() - 1)
                .bind("why", why.word())
                .bind("delay", delay.toMillis())
                .bind("tenant", callback.tenant().value())
                .bind("id", callback.id())
                .bind("attempts", callback.attempts())
                .execute());
  }
}
