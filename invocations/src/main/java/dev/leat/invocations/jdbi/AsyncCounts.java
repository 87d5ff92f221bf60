package dev.leat.invocations.jdbi;

import dev.leat.contract.TenantId;
import dev.leat.invocations.async.InvocationState;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * What a transaction adds to the counts of tenants, written at its end, tenants in their order so
 * that no two transactions wait for each other in a circle.
 */
final class AsyncCounts {
  private final Map<String, long[]> added = new TreeMap<>();

  private static final int ACCEPTED = 0;
  private static final int DONE = 1;
  private static final int FAILED = 2;
  private static final int DEAD = 3;
  private static final int CANCELLED = 4;
  private static final int BYTES = 5;
  private static final int CALLBACKS = 6;
  private static final int KEYED = 7;
  private static final int KEYED_BYTES = 8;
  private static final int KEYED_ANONYMOUS = 9;
  private static final int KEYED_ANONYMOUS_BYTES = 10;
  private static final int KEYS = 11;
  private static final int KEYS_ANONYMOUS = 12;
  private static final int COLUMNS = 13;
  private static final long[] NONE = new long[COLUMNS];

  private static final String ADD =
      """
      UPDATE async_counts SET
        accepted = accepted + :a, done = done + :o, failed = failed + :f, dead = dead + :d,
        cancelled = cancelled + :c, bytes = bytes + :b,
        callbacks = callbacks + :k, keyed = keyed + :y,
        keyed_bytes = keyed_bytes + :z, keyed_anonymous = keyed_anonymous + :p,
        keyed_anonymous_bytes = keyed_anonymous_bytes + :q, accepted_keys = accepted_keys + :r,
        accepted_keys_anonymous = accepted_keys_anonymous + :s
      WHERE tenant = :tenant AND slot = :slot
      """;

  void accepted(TenantId tenant, long bytes) {
    of(tenant)[ACCEPTED]++;
    bytes(tenant, bytes);
  }

  void ended(TenantId tenant, InvocationState state) {
    add(tenant, state, 1);
  }

  /** What had ended so is queued again. */
  void revived(TenantId tenant, InvocationState state) {
    add(tenant, state, -1);
  }

  void bytes(TenantId tenant, long more) {
    of(tenant)[BYTES] += more;
  }

  /** Callbacks that are awaited, or to be sent. */
  void callbacks(TenantId tenant, long more) {
    of(tenant)[CALLBACKS] += more;
  }

  /**
   * Calls with a key, and what they hold.
   *
   * @param isAnonymous whether their callers have no token
   */
  void keyed(TenantId tenant, boolean isAnonymous, long more, long bytes) {
    of(tenant)[KEYED] += more;
    of(tenant)[KEYED_BYTES] += bytes;
    if (isAnonymous) {
      of(tenant)[KEYED_ANONYMOUS] += more;
      of(tenant)[KEYED_ANONYMOUS_BYTES] += bytes;
    }
  }

  /**
   * Keys of calls that are run later.
   *
   * @param isAnonymous whether their callers have no token
   */
  void keys(TenantId tenant, boolean isAnonymous, long more) {
    of(tenant)[KEYS] += more;
    if (isAnonymous) {
      of(tenant)[KEYS_ANONYMOUS] += more;
    }
  }

  /** How many more wait or run, by what is added here. */
  long waitingOf(TenantId tenant) {
    long[] of = added.getOrDefault(tenant.value(), NONE);
    return of[ACCEPTED] - of[DONE] - of[FAILED] - of[DEAD] - of[CANCELLED];
  }

  long bytesOf(TenantId tenant) {
    return added.getOrDefault(tenant.value(), NONE)[BYTES];
  }

  long callbacksOf(TenantId tenant) {
    return added.getOrDefault(tenant.value(), NONE)[CALLBACKS];
  }

  long keysOf(TenantId tenant) {
    return added.getOrDefault(tenant.value(), NONE)[KEYS];
  }

  long anonymousKeysOf(TenantId tenant) {
    return added.getOrDefault(tenant.value(), NONE)[KEYS_ANONYMOUS];
  }

  private void add(TenantId tenant, InvocationState state, long count) {
    of(tenant)[column(state)] += count;
  }

  private static int column(InvocationState state) {
    return switch (state) {
      case DONE -> DONE;
      case FAILED -> FAILED;
      case DEAD -> DEAD;
      case CANCELLED -> CANCELLED;
      case QUEUED, RUNNING -> throw new IllegalArgumentException("It has not ended: " + state);
    };
  }

  private long[] of(TenantId tenant) {
    return added.computeIfAbsent(tenant.value(), key -> new long[COLUMNS]);
  }

  /** Writes them, as the transaction's last statement. */
  void write(Handle handle, int slot) {
    if (added.isEmpty()) {
      return;
    }
    PreparedBatch updates = handle.prepareBatch(ADD);
    added.forEach((tenant, counts) -> bind(updates, tenant, slot, counts).add());
    int[] updated = updates.execute();
    int at = 0;
    for (Map.Entry<String, long[]> entry : added.entrySet()) {
      if (updated[at++] == 0) {
        insert(handle, entry.getKey(), slot, entry.getValue());
      }
    }
  }

  /** The first of a tenant in this slot; another transaction may have been sooner. */
  private static void insert(Handle handle, String tenant, int slot, long[] counts) {
    handle.execute(
        """
        INSERT INTO async_counts (tenant, slot, accepted, done, failed, dead, cancelled, bytes)
        VALUES (?, ?, 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING
        """,
        tenant,
        slot);
    PreparedBatch update = handle.prepareBatch(ADD);
    bind(update, tenant, slot, counts).add().execute();
  }

  private static PreparedBatch bind(PreparedBatch batch, String tenant, int slot, long[] counts) {
    return batch
        .bind("tenant", tenant)
        .bind("slot", slot)
        .bind("a", counts[ACCEPTED])
        .bind("o", counts[DONE])
        .bind("f", counts[FAILED])
        .bind("d", counts[DEAD])
        .bind("c", counts[CANCELLED])
        .bind("b", counts[BYTES])
        .bind("k", counts[CALLBACKS])
        .bind("y", counts[KEYED])
        .bind("z", counts[KEYED_BYTES])
        .bind("p", counts[KEYED_ANONYMOUS])
        .bind("q", counts[KEYED_ANONYMOUS_BYTES])
        .bind("r", counts[KEYS])
        .bind("s", counts[KEYS_ANONYMOUS]);
  }
}
