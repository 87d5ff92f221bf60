package dev.leat.invocations.jdbi;

import dev.leat.contract.TenantId;
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.AsyncStore.Backlog;
import dev.leat.invocations.async.AsyncStore.Backlogs;
import dev.leat.invocations.async.CallbackStore;
import dev.leat.invocations.async.KeyedCallStore;
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

  private static final int ANONYMOUS_KEYS_MAX =
      AsyncStore.KEYS_OF_TENANT_MAX / KeyedCallStore.ANONYMOUS_PART;

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
  @Nullable Acceptance take(NewInvocation wish, int headBytes) {
    TenantId tenant = wish.version().function().tenant();
    Used has = used.computeIfAbsent(tenant, this::used);
    int callback = wish.callback().isPresent() ? 1 : 0;
    int key = wish.key().isPresent() ? 1 : 0;
    int anonymous = wish.key().filter(it -> it.caller().isAnonymous()).isPresent() ? 1 : 0;
    Used then =
        new Used(
            has.invocations() + 1,
            has.bytes() + AsyncStore.ROW_BYTES + headBytes + wish.call().body().length,
            has.callbacks() + callback,
            has.keys() + key,
            has.anonymousKeys() + anonymous);
    Acceptance full = full(has, then, most.of(tenant));
    if (full == null) {
      used.put(tenant, then);
    }
    return full;
  }

  private static @Nullable Acceptance full(Used has, Used then, Backlog most) {
    if (then.invocations() > most.invocations()) {
      return new Acceptance.BacklogFull(BACKLOG, most.invocations());
    }
    if (then.bytes() > most.bytes()) {
      return new Acceptance.BacklogFull(BYTES, most.bytes());
    }
    if (isBeyond(has.callbacks(), then.callbacks(), CallbackStore.OF_TENANT_MAX)) {
      return new Acceptance.BacklogFull(CALLBACKS, CallbackStore.OF_TENANT_MAX);
    }
    if (isBeyond(has.keys(), then.keys(), AsyncStore.KEYS_OF_TENANT_MAX)) {
      return new Acceptance.KeysFull(AsyncStore.KEYS_OF_TENANT_MAX);
    }
    return isBeyond(has.anonymousKeys(), then.anonymousKeys(), ANONYMOUS_KEYS_MAX)
        ? new Acceptance.KeysFull(ANONYMOUS_KEYS_MAX)
        : null;
  }

  /** Who adds none is not refused for what there is. */
  private static boolean isBeyond(long has, long then, long most) {
    return then > has && then > most;
  }

  private record Used(
      long invocations, long bytes, long callbacks, long keys, long anonymousKeys) {}

  private Used used(TenantId tenant) {
    return handle
        .createQuery(
            """
            SELECT COALESCE(SUM(accepted - done - failed - dead - cancelled), 0) AS waiting,
              COALESCE(SUM(bytes), 0) AS held, COALESCE(SUM(callbacks), 0) AS callbacks,
              COALESCE(SUM(accepted_keys), 0) AS keyed,
              COALESCE(SUM(accepted_keys_anonymous), 0) AS keyed_anonymous
            FROM async_counts WHERE tenant = :tenant
            """)
        .bind("tenant", tenant.value())
        .map((row, context) ->
            new Used(
                row.getLong("waiting") + pending.waitingOf(tenant),
                row.getLong("held") + pending.bytesOf(tenant),
                row.getLong("callbacks") + pending.callbacksOf(tenant),
                row.getLong("keyed") + pending.keysOf(tenant),
                row.getLong("keyed_anonymous") + pending.anonymousKeysOf(tenant)))
        .one();
  }
}
