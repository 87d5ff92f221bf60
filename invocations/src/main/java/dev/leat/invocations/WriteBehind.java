package dev.leat.invocations;

import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what is given to it in batches, on a thread of its own, behind everybody's back. The queue
 * is bounded, and nobody ever waits. While the store is away, things wait in the same bounds. Safe
 * for several threads.
 */
final class WriteBehind<T> implements AutoCloseable {
  static final Duration FLUSH_EVERY = Duration.ofMillis(250);

  private static final Logger LOG = LoggerFactory.getLogger(WriteBehind.class);
  private static final int BATCH_MAX = 2_000;
  private static final Duration PRUNE_EVERY = Duration.ofMinutes(1);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final String what;
  private final ArrayBlockingQueue<T> queue;
  private final Consumer<List<T>> append;
  private final Consumer<List<T>> dropped;
  private final Runnable prune;
  private final Thread writer;
  private boolean isStoreAway; // confined to the writer
  private volatile boolean closed;

  /**
   * @param what is written, for the log and the thread's name, such as {@code execution records}
   * @param queueMax how many wait at the most
   * @param append writes a batch, all or none
   * @param dropped told of those that the store did not take
   * @param prune removes what is old; called each minute
   */
  WriteBehind(
      String what,
      int queueMax,
      Consumer<List<T>> append,
      Consumer<List<T>> dropped,
      Runnable prune) {
    this.what = what;
    this.queue = new ArrayBlockingQueue<>(queueMax);
    this.append = append;
    this.dropped = dropped;
    this.prune = prune;
    this.writer = Thread.ofPlatform().daemon().name(what.replace(' ', '-')).unstarted(this::write);
  }

  void start() {
    writer.start();
  }

  /** Whether there was room for it. */
  boolean offer(T one) {
    return queue.offer(one);
  }

  int waiting() {
    return queue.size();
  }

  private void write() {
    long prunedNanos = System.nanoTime() - PRUNE_EVERY.toNanos();
    List<T> batch = new ArrayList<>(BATCH_MAX);
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

  private boolean append(List<T> batch) {
    try {
      append.accept(batch);
      isStoreAway = false;
      return true;
    } catch (StoreFailure e) {
      if (!e.isRetryable()) {
        LOG.error("The store does not take {}", what, e);
        drop(batch);
        return true;
      }
      if (!isStoreAway) {
        LOG.warn("The {} wait until the store is back", what, e);
      }
      isStoreAway = true;
      return false;
    }
  }

  private void drop(List<T> batch) {
    dropped.accept(batch);
    LOG.warn("Some {} are lost count={}", what, batch.size());
  }

  private void prune() {
    try {
      prune.run();
    } catch (StoreFailure e) {
      LOG.warn("Old {} cannot be removed", what, e);
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
