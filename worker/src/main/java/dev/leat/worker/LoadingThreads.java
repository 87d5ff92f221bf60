package dev.leat.worker;

import dev.leat.contract.TenantId;
import dev.leat.engine.CompilerBusy;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that modules are loaded on, and compiled if they have to be. One of a tenant's is
 * loaded at once, and tenants take turns, so that none waits for more than one of each other's.
 * Safe for several threads.
 */
final class LoadingThreads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LoadingThreads.class);

  /** For what is about to be stored; a compilation may take much longer, and is made again. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

  private static final int THREADS = 2;
  private static final int AT_ONCE_PER_TENANT = 1;

  /** Loads of one tenant that may wait. Each is a digest and a promise, of some 200 bytes. */
  static final int QUEUED_PER_TENANT = 1_000;

  private final ReentrantLock lock = new ReentrantLock();

  /** What is not due. What is, one of a tenant at most, is in the queue of {@link #threads}. */
  private final TenantQueues queues =
      new TenantQueues(THREADS, AT_ONCE_PER_TENANT, QUEUED_PER_TENANT);

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          0,
          TimeUnit.NANOSECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().daemon().name("compile-", 0).factory());

  private boolean closed;

  /**
   * Runs the load in its turn.
   *
   * @throws RejectedExecutionException if this is closed
   * @throws CompilerBusy if too many of the tenant's wait
   */
  void execute(TenantId tenant, Runnable load) {
    lock.lock();
    try {
      if (closed) {
        throw new RejectedExecutionException("Nothing is loaded any more");
      }
      if (!queues.add(tenant, load, 0)) {
        throw new CompilerBusy(
            "%d modules of the tenant wait to be loaded already".formatted(QUEUED_PER_TENANT));
      }
      startDue();
    } finally {
      lock.unlock();
    }
  }

  private void startDue() {
    TenantQueues.Job due;
    while (!closed && (due = queues.next()) != null) {
      TenantQueues.Job job = due;
      threads.execute(() -> run(job));
    }
  }

  private void run(TenantQueues.Job job) {
    try {
      job.work().run();
    } finally {
      lock.lock();
      try {
        queues.finished(job.queue());
        startDue();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Begins no more loads. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      threads.shutdown();
    } finally {
      lock.unlock();
    }
    threads.getQueue().clear();
    try {
      if (!threads.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.info("A module was still being compiled when the worker stopped");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
