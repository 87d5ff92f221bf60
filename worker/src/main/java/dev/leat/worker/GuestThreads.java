package dev.leat.worker;

import dev.leat.contract.TenantId;
import dev.leat.engine.StackRoom;
import dev.leat.worker.TenantQueues.Job;
import dev.leat.worker.TenantQueues.Queue;
import dev.leat.worker.guest.CpuTurns;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The platform threads that guest code runs on. So many serve all tenants in turns, and one tenant
 * occupies at most a share of them. When they are all busy for long, threads are added for tenants
 * of whom nothing runs, one each: so the first call of a tenant begins soon whatever the others
 * run, as long as there are spare threads (RATIONALE, "Why do guest threads grow in number?"). One
 * whose job waits for something other than the processor leaves its place to another, and a thread
 * is added for that (RATIONALE, "Why does a guest that waits give its place away?"). Safe for
 * several threads.
 */
final class GuestThreads implements CpuTurns.Places, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GuestThreads.class);

  /** Deep guest recursion ends cleanly at about 10,000 frames; the JVM's default is 1 MiB. */
  static final long STACK_BYTES = 2L << 20;

  /** Jobs that take less than this are over before another thread would have woken up. */
  static final long BRIEF_NANOS = 20_000;

  /** What may wait for a thread with a brief job: about as much as waking another one costs. */
  private static final long BACKLOG_NANOS = 50_000;

  /** How often {@link #relieve} is called. A tenant gets a thread added after one to two of it. */
  static final Duration RELIEVE_EVERY = Duration.ofMillis(50);

  /** Calls of {@link #relieve} for which an added thread waits for more before it ends: 10 s. */
  private static final int SPARE_ROUNDS = 200;

  /** For all threads together. Whoever stops the node has drained it for longer before. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

  private final int threadsMin;
  private final int spareThreads;
  private final List<GuestThread> threads = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final TenantQueues queues;

  /** Threads without a job; the last to have had one is woken first, while caches hold its own. */
  private final ArrayDeque<GuestThread> idle = new ArrayDeque<>();

  /** Threads that hand over jobs {@link #together}. */
  private final Set<Thread> gathering = new HashSet<>();

  private int threadsMade;
  private int briefRunning;
  private boolean wakeUnderWay;
  private boolean closed;

  /**
   * @param threadCount threads that serve all tenants
   * @param spareThreads that may be added for tenants of whom nothing runs
   */
  GuestThreads(int threadCount, int spareThreads, int threadsPerTenant, int queuedPerTenant) {
    this.threadsMin = threadCount;
    this.spareThreads = spareThreads;
    this.queues = new TenantQueues(threadCount, threadsPerTenant, queuedPerTenant);
  }

  void start() {
    List<GuestThread> added;
    lock.lock();
    try {
      added = add(threadsMin);
    } finally {
      lock.unlock();
    }
    added.forEach(Thread::start);
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
      if (closed || !queues.add(tenant, job, expectedNanos)) {
        return false;
      }
      if (!gathering.contains(Thread.currentThread())) {
        wakeOne();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a job that no thread has begun out of the tenant's queue; false when it is not there. */
  boolean withdraw(TenantId tenant, Runnable job) {
    lock.lock();
    try {
      return queues.withdraw(tenant, job);
    } finally {
      lock.unlock();
    }
  }

  /** Takes out the calls that have waited for too long where a tenant's queue stands. */
  List<InstancePool.Job> shed(long nowNanos) {
    lock.lock();
    try {
      return queues.shed(nowNanos);
    } finally {
      lock.unlock();
    }
  }

  /** Jobs that no thread has begun. A copy: by now one may have. */
  List<Runnable> waiting() {
    lock.lock();
    try {
      return queues.waiting();
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
      return queues.waitingJobs();
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

  /** Called on a guest thread whose job takes longer than expected. */
  @Override
  public void takesLong() {
    if (Thread.currentThread() instanceof GuestThread thread && thread.isBrief) {
      StackRoom.forALock();
      lock.lock();
      try {
        thread.endBrief();
        wakeOne();
      } finally {
        lock.unlock();
      }
    }
  }

  @Override
  public void rests() {
    if (Thread.currentThread() instanceof GuestThread thread && thread.queue != null) {
      StackRoom.forALogLine(); // to start a thread takes more than a lock does
      List<GuestThread> added;
      lock.lock();
      try {
        thread.endBrief();
        thread.isResting = queues.rest(thread.queue, thread.hasResumed);
        wakeOne(true);
        added = threads.size() < least() && !closed ? add(1) : List.of();
      } finally {
        lock.unlock();
      }
      added.forEach(this::startSpare);
    }
  }

  @Override
  public void resumes() {
    if (Thread.currentThread() instanceof GuestThread thread && thread.isResting) {
      lock.lock();
      try {
        thread.isResting = false;
        thread.hasResumed = true;
        if (thread.queue != null) { // it rests only while it has one
          queues.resume(thread.queue);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Wakes a thread if jobs wait, whatever is expected of those that run; adds threads for tenants
   * that wait for long, and lets go of those that have not been needed for long. To be called every
   * {@link #RELIEVE_EVERY}.
   */
  void relieve() {
    List<GuestThread> added;
    lock.lock();
    try {
      wakeOne(true);
      int lacking = idle.isEmpty() && !closed ? queues.longUnserved() : 0;
      added = add(Math.min(lacking, least() + spareThreads - threads.size()));
      retireOne();
    } finally {
      lock.unlock();
    }
    added.forEach(this::startSpare);
  }

  /** All threads that there are. */
  int threads() {
    lock.lock();
    try {
      return threads.size();
    } finally {
      lock.unlock();
    }
  }

  private void startSpare(GuestThread thread) {
    try {
      thread.start();
    } catch (OutOfMemoryError e) { // the system has no thread left
      LOG.warn("A guest thread cannot be added cause={}", e.toString());
      lock.lock();
      try {
        threads.remove(thread);
      } finally {
        lock.unlock();
      }
    }
  }

  // The methods below are called with the lock held.

  /** How many threads there have to be: those whose jobs wait, or did, stand aside. */
  private int least() {
    return threadsMin + queues.jobsAside();
  }

  private List<GuestThread> add(int count) {
    List<GuestThread> added = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      added.add(new GuestThread("guest-" + threadsMade++));
    }
    threads.addAll(added);
    return added;
  }

  /** Ends the thread that has been idle for longest, if that is long and there are threads more. */
  private void retireOne() {
    GuestThread longestIdle = idle.peekLast();
    if (longestIdle != null
        && threads.size() > least()
        && ++longestIdle.roundsIdle > SPARE_ROUNDS) {
      longestIdle.isRetired = true;
      threads.remove(longestIdle);
      idle.removeLast();
      wake(longestIdle);
    }
  }

  private @Nullable Job awaitJob(GuestThread thread) {
    while (!queues.hasNext() && !closed && !thread.isRetired) {
      thread.roundsIdle = 0;
      thread.isIdle = true;
      idle.push(thread);
      while (thread.isIdle) {
        thread.wakeUp.awaitUninterruptibly();
      }
      wakeUnderWay = false;
    }
    return thread.isRetired ? null : queues.next();
  }

  private void wake(GuestThread thread) {
    thread.isIdle = false;
    thread.wakeUp.signal();
  }

  /**
   * Wakes one thread, which wakes the next once it has taken its own job and there are more. None
   * is woken for as much as a thread with a brief job will soon come back for: a wake-up takes
   * longer than many of those.
   */
  private void wakeOne() {
    wakeOne(briefRunning == 0 || queues.backlogNanos() > briefRunning * BACKLOG_NANOS);
  }

  private void wakeOne(boolean isNeeded) {
    if (isNeeded && !idle.isEmpty() && !wakeUnderWay && queues.hasNext()) {
      wakeUnderWay = true;
      wake(idle.pop());
    }
  }

  /** Lets queued jobs run, then ends the threads. */
  @Override
  public void close() {
    List<GuestThread> all;
    lock.lock();
    try {
      closed = true;
      idle.forEach(this::wake);
      idle.clear();
      all = List.copyOf(threads);
    } finally {
      lock.unlock();
    }
    long deadline = System.nanoTime() + CLOSE_PATIENCE.toNanos();
    for (Thread thread : all) {
      try {
        thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Serves one job after the other. */
  private final class GuestThread extends Thread {
    /** Counted in {@link #briefRunning}; written by the thread itself, with the lock held. */
    private boolean isBrief;

    /** In {@link #idle}; with the lock held. */
    private boolean isIdle;

    /** Calls of {@link #relieve} at which it was the longest idle; with the lock held. */
    private int roundsIdle;

    private boolean isRetired;

    /** Whose job it runs; of its own. */
    private @Nullable Queue queue;

    /** Whether that has left its place; of its own. */
    private boolean isResting;

    /** Whether it has gone on after that; of its own. */
    private boolean hasResumed;

    private final Condition wakeUp = lock.newCondition();

    GuestThread(String name) {
      super(null, null, name, STACK_BYTES);
      setDaemon(true);
    }

    @Override
    public void run() {
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
      Job job;
      lock.lock();
      try {
        if (last != null) {
          endBrief();
          queues.finished(last, hasResumed);
          hasResumed = false;
        }
        job = awaitJob(this);
        if (job == null) {
          return null;
        }
        beginBrief(job);
        wakeOne();
      } finally {
        lock.unlock();
      }
      queue = job.queue();
      try {
        job.work().run();
      } catch (RuntimeException | Error e) {
        LOG.error("A guest thread's job failed", e);
      }
      return job.queue();
    }

    private void beginBrief(Job job) {
      if (job.expectedNanos() < BRIEF_NANOS) {
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
}
