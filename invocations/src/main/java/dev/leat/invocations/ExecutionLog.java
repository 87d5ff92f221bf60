package dev.leat.invocations;

import dev.leat.contract.Answer;
import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.Invocation;
import dev.leat.contract.Outcome;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps a record of every invocation, written in batches behind the invocations' backs. The queue
 * is bounded: when some hundred records wait, further successes are counted and dropped, which
 * bounds what records cost under load; the rest of the queue is for errors. Nobody ever waits.
 * While the store is away, records wait in the same bounds. Safe for several threads.
 */
public final class ExecutionLog implements AutoCloseable {
  /** Records that wait to be written: about 300 bytes each, 5 MB. */
  static final int QUEUE_MAX = 16_384;

  /** With a flush every quarter of a second, 2,000 successes a second are kept. */
  static final int SUCCESSES_WAITING_MAX = 500;

  private final ExecutionStore store;
  private final Retention retention;
  private final InstantSource clock;
  private final WriteBehind<ExecutionRecord> records;

  /** Those of whom records were kept here since the last pruning. */
  private final Set<TenantId> written = ConcurrentHashMap.newKeySet();

  private final LongAdder droppedSuccesses = new LongAdder();
  private final LongAdder droppedErrors = new LongAdder();

  public ExecutionLog(ExecutionStore store, Retention retention, InstantSource clock) {
    this.store = store;
    this.retention = retention;
    this.clock = clock;
    this.records =
        new WriteBehind<>("execution records", QUEUE_MAX, this::write, this::drop, this::prune);
  }

  public void start() {
    records.start();
  }

  /** Takes a record, to be written soon, of an invocation that ended now. Never waits. */
  public void append(Invocation invocation, Outcome outcome) {
    boolean isSuccess = outcome instanceof Outcome.Responded;
    boolean isKept =
        !(isSuccess && records.waiting() >= SUCCESSES_WAITING_MAX)
            && records.offer(ExecutionRecord.of(invocation, outcome, clock.instant()));
    if (!isKept) {
      countDropped(isSuccess);
    }
  }

  /** The newest record of this id that the tenant has; callers may choose an id twice. */
  public Optional<ExecutionRecord> find(TenantId tenant, String id) {
    return store.find(tenant, id);
  }

  /** Removes all records of a tenant that are written. Blocks. */
  public void forget(TenantId tenant) {
    store.forget(tenant);
  }

  /** Successes that were not written since the start. */
  public long droppedSuccesses() {
    return droppedSuccesses.sum();
  }

  /** Errors that were not written since the start. */
  public long droppedErrors() {
    return droppedErrors.sum();
  }

  /**
   * The tenant's records, the newest first.
   *
   * @param limit how many at most; brought into 1 to {@link Page#ITEMS_MAX}
   * @param cursor {@code next} of the page before; empty for the first page
   */
  public Answer<Page<ExecutionRecord>> list(
      TenantId tenant, ExecutionStore.Filter filter, int limit, Optional<String> cursor) {
    return Page.position(cursor, ExecutionStore.START)
        .map(position -> store.list(tenant, filter, Page.limit(limit), position));
  }

  private void drop(List<ExecutionRecord> records) {
    records.forEach(record -> countDropped(record.isSuccess()));
  }

  private void countDropped(boolean isSuccess) {
    (isSuccess ? droppedSuccesses : droppedErrors).increment();
  }

  private void write(List<ExecutionRecord> batch) {
    store.append(batch);
    batch.forEach(record -> written.add(record.function().tenant()));
  }

  /** In turns, each a transaction of its own; what is left then waits for the next minute. */
  void prune() {
    List<TenantId> tenants = List.copyOf(written);
    tenants.forEach(written::remove);
    boolean isDone = false;
    try {
      Instant before = clock.instant().minus(retention.age());
      for (int turn = 0; turn < Retention.TURNS && !isDone; turn++) {
        int removed =
            store.prune(
                before,
                retention.records(),
                tenants,
                retention.recordsPerTenant(),
                Retention.PRUNED_AT_ONCE);
        isDone = removed < Retention.PRUNED_AT_ONCE;
      }
    } finally {
      if (!isDone) {
        written.addAll(tenants);
      }
    }
  }

  /** Writes what is queued, then stops; does nothing where it was not started. */
  @Override
  public void close() {
    records.close();
  }
}
