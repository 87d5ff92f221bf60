package dev.leat.worker;

import dev.leat.contract.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /** Jobs that take less than this are over before another thread would have woken up. */
  static final long BRIEF_NANOS = 20_000;

  /** What may wait for a thread with a brief job: about as much as waking another one costs. */
  private static final long BACKLOG_NANOS = 50_000;

  /** What any job takes at least, so that a backlog has an end in jobs too. */
  private static final long JOB_NANOS_MIN = 500;

  private final int threadsPerTenant;
  private final int queuedPerTenant;
  private final List<GuestThread> threads = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<TenantId, Queue> queues = new HashMap<>();
  private final ArrayDeque<Queue> turns = new ArrayDeque<>();

  /** Threads without a job; the last to have had one is woken first, while caches hold its own. */
  private final ArrayDeque<GuestThread> idle = new ArrayDeque<>();

  private int waitingJobs;

  /** What the jobs of the queues in {@link #turns} will take: those that a thread could begin. */
  private long backlogNanos;

  /** Threads that hand over jobs {@link #together}. */
  private final Set<Thread> gathering = new HashSet<>();

  private int briefRunning;
  private boolean wakeUnderWay;
  private boolean closed;

  GuestThreads(int threadCount, int threadsPerTenant, int queuedPerTenant) {
    this.threadsPerTenant = threadsPerTenant;
    this.queuedPerTenant = queuedPerTenant;
    for (int i = 0; i < threadCount; i++) {
      threads.add(new GuestThread("guest-" + i));
    }
  }

  void start() {
    for (Thread thread : threads) {
      thread.setDaemon(true);
      thread.start();
    }
  }

  /**
   * Queues a job for the tenant; false, and nothing queued, when its queue is full or all ends.
   *
   * @param expectedNanos how long it will probably take; if that is less than {@link #BRIEF_NANOS}
   *     and it takes longer after all, it says so by {@link #takesLong}
   */
  boolean execute(TenantId tenant, Runnable job, long expectedNanos) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      Queue queue = queues.computeIfAbsent(tenant, Queue::new);
      if (queue.jobs.size() >= queuedPerTenant) {
        return false;
      }
      long nanos = Math.max(expectedNanos, JOB_NANOS_MIN);
      queue.jobs.add(new Job(job, nanos));
      queue.nanos += nanos;
      waitingJobs++;
      if (queue.hasTurn) {
        backlogNanos += nanos;
      } else {
        offerTurn(queue);
      }
      if (!gathering.contains(Thread.currentThread())) {
        wakeOne();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a job that no thread has begun out of the tenant's queue; false when it is not there.
   * Looks at each: as many as may be queued, so some microseconds.
   */
  boolean withdraw(TenantId tenant, Runnable job) {
    lock.lock();
    try {
      Queue queue = queues.get(tenant);
      return queue != null && withdraw(queue, job);
    } finally {
      lock.unlock();
    }
  }

  /** Jobs that no thread has begun. A copy: by now one may have. */
  List<Runnable> waiting() {
    lock.lock();
    try {
      List<Runnable> all = new ArrayList<>(waitingJobs);
      for (Queue queue : queues.values()) {
        queue.jobs.forEach(job -> all.add(job.work));
      }
      return all;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Runs what queues several jobs, and wakes a thread only then. Woken for the first, it could be
   * through with it before the second is there, and would have to be woken again.
   */
  void together(Runnable jobs) {
    lock.lock();
    try {
      gathering.add(Thread.currentThread());
    } finally {
      lock.unlock();
    }
    try {
      jobs.run();
    } finally {
      lock.lock();
      try {
        gathering.remove(Thread.currentThread());
        wakeOne();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Jobs that no thread has begun. */
  int waitingJobs() {
    lock.lock();
    try {
      return waitingJobs;
    } finally {
      lock.unlock();
    }
  }

  /** Threads that have nothing to do. */
  int idleThreads() {
    lock.lock();
    try {
      return idle.size();
    } finally {
      lock.unlock();
    }
  }

  /** Called on a guest thread whose job takes longer than expected, or is about to wait. */
  void takesLong() {
    if (Thread.currentThread() instanceof GuestThread thread && thread.isBrief) {
      lock.lock();
      try {
        thread.endBrief();
        wakeOne();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Wakes a thread if jobs wait, whatever is expected of those that run. Called now and then. */
  void relieve() {
    lock.lock();
    try {
      wakeOne(true);
    } finally {
      lock.unlock();
    }
  }

  // The methods below are called with the lock held.

  private @Nullable Queue awaitTurn(GuestThread thread) {
    while (turns.isEmpty() && !closed) {
      thread.isIdle = true;
      idle.push(thread);
      while (thread.isIdle) {
        thread.wakeUp.awaitUninterruptibly();
      }
      wakeUnderWay = false;
    }
    return turns.poll();
  }

  private void wake(GuestThread thread) {
    thread.isIdle = false;
    thread.wakeUp.signal();
  }

  private Job takeJob(Queue queue) {
    queue.hasTurn = false;
    backlogNanos -= queue.nanos;
    queue.running++;
    Job job = queue.jobs.remove();
    queue.nanos -= job.expectedNanos;
    waitingJobs--;
    offerTurn(queue);
    return job;
  }

  private boolean withdraw(Queue queue, Runnable work) {
    for (Iterator<Job> jobs = queue.jobs.iterator(); jobs.hasNext(); ) {
      Job job = jobs.next();
      if (job.work.equals(work)) {
        jobs.remove();
        waitingJobs--;
        queue.nanos -= job.expectedNanos;
        if (queue.hasTurn) {
          backlogNanos -= job.expectedNanos;
        }
        if (queue.jobs.isEmpty()) {
          queue.hasTurn &= !turns.remove(queue);
          forgetIfOver(queue);
        }
        return true;
      }
    }
    return false;
  }

  private void finished(Queue queue) {
    queue.running--;
    offerTurn(queue);
    forgetIfOver(queue);
  }

  private void forgetIfOver(Queue queue) {
    if (queue.running == 0 && queue.jobs.isEmpty()) {
      queues.remove(queue.tenant);
    }
  }

  private void offerTurn(Queue queue) {
    if (!queue.hasTurn && !queue.jobs.isEmpty() && queue.running < threadsPerTenant) {
      queue.hasTurn = true;
      turns.add(queue);
      backlogNanos += queue.nanos;
    }
  }

  /**
   * Wakes one thread, which wakes the next once it has taken its own job and there are more. None
   * is woken for as much as a thread with a brief job will soon come back for: a wake-up takes
   * longer than many of those.
   */
  private void wakeOne() {
    wakeOne(briefRunning == 0 || backlogNanos > briefRunning * BACKLOG_NANOS);
  }

  private void wakeOne(boolean isNeeded) {
    if (isNeeded && !idle.isEmpty() && !wakeUnderWay && !turns.isEmpty()) {
      wakeUnderWay = true;
      wake(idle.pop());
    }
  }

  /** Lets queued jobs run, then ends the threads. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      idle.forEach(this::wake);
      idle.clear();
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

  private record Job(Runnable work, long expectedNanos) {}

  /** Serves one job after the other. */
  private final class GuestThread extends Thread {
    /** Counted in {@link #briefRunning}; written by the thread itself, with the lock held. */
    private boolean isBrief;

    /** In {@link #idle}; with the lock held. */
    private boolean isIdle;

    private final Condition wakeUp = lock.newCondition();

    GuestThread(String name) {
      super(null, null, name, STACK_BYTES);
    }

    @Override
    public void run() {
      Queue queue = null;
      do {
        queue = serve(queue);
      } while (queue != null);
    }

    /**
     * Runs one job. A method of its own: the JVM calls jobs more slowly out of a loop that it had
     * to replace while it ran.
     *
     * @param last whose job ran before on this thread, if one did
     * @return whose job it was; null when all ends
     */
    private @Nullable Queue serve(@Nullable Queue last) {
      Queue queue;
      Job job;
      lock.lock();
      try {
        if (last != null) {
          endBrief();
          finished(last);
        }
        queue = awaitTurn(this);
        if (queue == null) {
          return null;
        }
        job = takeJob(queue);
        beginBrief(job);
        wakeOne();
      } finally {
        lock.unlock();
      }
      try {
        job.work.run();
      } catch (RuntimeException | Error e) {
        LOG.error("A guest thread's job failed", e);
      }
      return queue;
    }

    private void beginBrief(Job job) {
      if (job.expectedNanos < BRIEF_NANOS) {
        isBrief = true;
        briefRunning++;
      }
    }

    private void endBrief() {
      if (isBrief) {
        isBrief = false;
        briefRunning--;
      }
    }
  }

  private static final class Queue {
    private final TenantId tenant;
    private final ArrayDeque<Job> jobs = new ArrayDeque<>();

    /** What its jobs will probably take. */
    private long nanos;

    private int running;
    private boolean hasTurn;

    Queue(TenantId tenant) {
      this.tenant = tenant;
    }
  }
}
