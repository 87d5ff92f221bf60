package dev.leat.invocations.jdbi;

import dev.leat.contract.TenantId;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.AsyncStore.Backlog;
import dev.leat.invocations.async.AsyncStore.Backlogs;
import dev.leat.invocations.async.CallbackStore;
import dev.leat.invocations.async.NewInvocation;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What tenants may still have accepted, in one transaction. */
final class BacklogRoom {
  static final String BACKLOG = "async-backlog";
  static final String BYTES = "async-bytes";
  static final String CALLBACKS = "async-callbacks";

  private final Handle handle;
  private final Backlogs most;
  private final AsyncCounts pending;
  private final Map<TenantId, Used> used = new HashMap<>();

  /**
   * @param pending what this transaction has not written yet: what it ends makes room
   */
  BacklogRoom(Handle handle, Backlogs most, AsyncCounts pending) {
    this.handle = handle;
    this.most = most;
    this.pending = pending;
  }

  /** What is full; null if there was room, which it then has. */
  Acceptance.@Nullable BacklogFull take(NewInvocation wish, int headBytes) {
    TenantId tenant = wish.version().function().tenant();
    Used has = used.computeIfAbsent(tenant, this::used);
    boolean isCallback = wish.callback().isPresent();
    Used then =
        new Used(
            has.invocations() + 1,
            has.bytes() + AsyncStore.ROW_BYTES + headBytes + wish.call().body().length,
            has.callbacks() + (isCallback ? 1 : 0));
    Acceptance.BacklogFull full = full(then, most.of(tenant), isCallback);
    if (full == null) {
      used.put(tenant, then);
    }
    return full;
  }

  private static Acceptance.@Nullable BacklogFull full(
      Used then, Backlog most, boolean isCallback) {
    if (then.invocations() > most.invocations()) {
      return new Acceptance.BacklogFull(BACKLOG, most.invocations());
    }
    if (then.bytes() > most.bytes()) {
      return new Acceptance.BacklogFull(BYTES, most.bytes());
    }
    return isCallback && then.callbacks() > CallbackStore.OF_TENANT_MAX
        ? new Acceptance.BacklogFull(CALLBACKS, CallbackStore.OF_TENANT_MAX)
        : null;
  }

  private record Used(long invocations, long bytes, long callbacks) {}

  private Used used(TenantId tenant) {
    return handle
        .createQuery(
            """
            SELECT COALESCE(SUM(accepted - done - failed - dead - cancelled), 0) AS waiting,
              COALESCE(SUM(bytes), 0) AS held, COALESCE(SUM(callbacks), 0) AS callbacks
            FROM async_counts WHERE tenant = :tenant
            """)
        .bind("tenant", tenant.value())
        .map((row, context) ->
            new Used(
                row.getLong("waiting") + pending.waitingOf(tenant),
                row.getLong("held") + pending.bytesOf(tenant),
                row.getLong("callbacks") + pending.callbacksOf(tenant)))
        .one();
  }
}
