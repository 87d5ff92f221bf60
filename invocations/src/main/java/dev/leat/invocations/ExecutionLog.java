package dev.leat.invocations;

import dev.leat.contract.Answer;
import dev.leat.contract.ExecutionRecord;
import dev.leat.contract.Invocation;
import dev.leat.contract.Outcome;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  private static final Logger LOG = LoggerFactory.getLogger(ExecutionLog.class);

  private static final int BATCH_MAX = 2_000;

  private static final Duration FLUSH_EVERY = Duration.ofMillis(250);
  private static final Duration PRUNE_EVERY = Duration.ofMinutes(1);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  /** Records are for looking into what happened lately; usage is counted elsewhere. */
  private static final Duration RETENTION = Duration.ofDays(7);

  private static final long KEEP_MAX = 1_000_000;

  private final ExecutionStore store;
  private final InstantSource clock;
  private final ArrayBlockingQueue<ExecutionRecord> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final LongAdder droppedSuccesses = new LongAdder();
  private final LongAdder droppedErrors = new LongAdder();
  private final Thread writer =
      Thread.ofPlatform().daemon().name("execution-log").unstarted(this::write);
  private boolean isStoreAway; // confined to the writer
  private volatile boolean closed;

  public ExecutionLog(ExecutionStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  public void start() {
    writer.start();
  }

  /** Takes a record, to be written soon, of an invocation that ended now. Never waits. */
  public void append(Invocation invocation, Outcome outcome) {
    boolean isSuccess = outcome instanceof Outcome.Responded;
    boolean isKept =
        !(isSuccess && queue.size() >= SUCCESSES_WAITING_MAX)
            && queue.offer(ExecutionRecord.of(invocation, outcome, clock.instant()));
    if (!isKept) {
      countDropped(isSuccess);
    }
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

  private void write() {
    long prunedNanos = System.nanoTime() - PRUNE_EVERY.toNanos();
    List<ExecutionRecord> batch = new ArrayList<>(BATCH_MAX);
    while (!closed || !queue.isEmpty() || !batch.isEmpty()) {
      queue.drainTo(batch, BATCH_MAX - batch.size());
      if (!batch.isEmpty() && append(batch)) {
        batch.clear();
      } else if (closed && !batch.isEmpty()) {
        queue.drainTo(batch); // the store is away, and nobody is left to wait for it
        drop(batch);
        return;
      }
      if (System.nanoTime() - prunedNanos >= PRUNE_EVERY.toNanos()) {
        prunedNanos = System.nanoTime();
        prune();
      }
      pause();
    }
  }

  private boolean append(List<ExecutionRecord> batch) {
    try {
      store.append(batch);
      isStoreAway = false;
      return true;
    } catch (StoreFailure e) {
      if (!e.isRetryable()) {
        LOG.error("The store does not take execution records", e);
        drop(batch);
        return true;
      }
      if (!isStoreAway) {
        LOG.warn("Execution records wait until the store is back", e);
      }
      isStoreAway = true;
      return false;
    }
  }

  private void drop(List<ExecutionRecord> records) {
    for (ExecutionRecord record : records) {
      countDropped(record.isSuccess());
    }
    LOG.warn("Execution records are lost count={}", records.size());
  }

  private void countDropped(boolean isSuccess) {
    (isSuccess ? droppedSuccesses : droppedErrors).increment();
  }

  private void prune() {
    try {
      store.prune(clock.instant().minus(RETENTION), KEEP_MAX);
    } catch (StoreFailure e) {
      LOG.warn("Old execution records cannot be removed", e);
    }
  }

  private void pause() {
    if (!closed) {
      LockSupport.parkNanos(FLUSH_EVERY.toNanos());
    }
  }

  /** Writes what is queued, then stops; does nothing where it was not started. */
  @Override
  public void close() {
    closed = true;
    if (writer.getState() == Thread.State.NEW) {
      return;
    }
    LockSupport.unpark(writer);
    try {
      writer.join(CLOSE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
