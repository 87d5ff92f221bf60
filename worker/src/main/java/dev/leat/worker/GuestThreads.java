package dev.leat.worker;

import dev.leat.contract.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The platform threads that guest code runs on. Tenants take turns: each has a queue of its own,
 * the queues are served round robin, and one tenant occupies at most a fixed share of the threads,
 * so that tenants whose guests spin leave threads for the others. Safe for several threads.
 */
final class GuestThreads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GuestThreads.class);

  /** Deep guest recursion ends cleanly at about 10,000 frames; the JVM's default is 1 MiB. */
  private static final long STACK_BYTES = 2L << 20;

  private final int threadsPerTenant;
  private final int queuedPerTenant;
  private final List<Thread> threads = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition turnAvailable = lock.newCondition();
  private final Map<TenantId, Queue> queues = new HashMap<>();
  private final ArrayDeque<Queue> turns = new ArrayDeque<>();
  private int idleThreads;
  private boolean wakeUnderWay;
  private boolean closed;

  GuestThreads(int threadCount, int threadsPerTenant, int queuedPerTenant) {
    this.threadsPerTenant = threadsPerTenant;
    this.queuedPerTenant = queuedPerTenant;
    for (int i = 0; i < threadCount; i++) {
      threads.add(new Thread(null, this::serve, "guest-" + i, STACK_BYTES));
    }
  }

  void start() {
    for (Thread thread : threads) {
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Queues a job for the tenant; false, and nothing queued, when its queue is full or all ends. */
  boolean execute(TenantId tenant, Runnable job) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      Queue queue = queues.computeIfAbsent(tenant, Queue::new);
      if (queue.jobs.size() >= queuedPerTenant) {
        return false;
      }
      queue.jobs.add(job);
      offerTurn(queue);
      wakeOne();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Jobs that no thread has begun. */
  int waitingJobs() {
    lock.lock();
    try {
      return queues.values().stream().mapToInt(queue -> queue.jobs.size()).sum();
    } finally {
      lock.unlock();
    }
  }

  private void serve() {
    Queue queue = null;
    while (true) {
      Runnable job;
      lock.lock();
      try {
        if (queue != null) {
          finished(queue);
        }
        queue = awaitTurn();
        if (queue == null) {
          return;
        }
        job = takeJob(queue);
        wakeOne();
      } finally {
        lock.unlock();
      }
      try {
        job.run();
      } catch (RuntimeException | Error e) {
        LOG.error("A guest thread's job failed", e);
      }
    }
  }

  // The methods below are called with the lock held.

  private @Nullable Queue awaitTurn() {
    while (turns.isEmpty() && !closed) {
      idleThreads++;
      turnAvailable.awaitUninterruptibly();
      idleThreads--;
      wakeUnderWay = false;
    }
    return turns.poll();
  }

  private Runnable takeJob(Queue queue) {
    queue.hasTurn = false;
    queue.running++;
    Runnable job = queue.jobs.remove();
    offerTurn(queue);
    return job;
  }

  private void finished(Queue queue) {
    queue.running--;
    offerTurn(queue);
    if (queue.running == 0 && queue.jobs.isEmpty()) {
      queues.remove(queue.tenant);
    }
  }

  private void offerTurn(Queue queue) {
    if (!queue.hasTurn && !queue.jobs.isEmpty() && queue.running < threadsPerTenant) {
      queue.hasTurn = true;
      turns.add(queue);
    }
  }

  /**
   * Wakes one thread, which wakes the next once it has taken its own job and there are more. Short
   * jobs are over before a second thread would have come, and a wake-up costs more than they do.
   */
  private void wakeOne() {
    if (idleThreads > 0 && !wakeUnderWay && !turns.isEmpty()) {
      wakeUnderWay = true;
      turnAvailable.signal();
    }
  }

  /** Lets queued jobs run, then ends the threads. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      turnAvailable.signalAll();
    } finally {
      lock.unlock();
    }
    for (Thread thread : threads) {
      try {
        thread.join(10_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static final class Queue {
    private final TenantId tenant;
    private final ArrayDeque<Runnable> jobs = new ArrayDeque<>();
    private int running;
    private boolean hasTurn;

    Queue(TenantId tenant) {
      this.tenant = tenant;
    }
  }
}
