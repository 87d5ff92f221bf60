package dev.leat.worker;

import dev.leat.contract.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that no guest thread has begun, and which is due next. Each tenant has a queue of its
 * own, the queues are served round robin, and two bounds hold for what runs at once: a share for
 * each tenant, and a number for all. Beyond that number a tenant's job is due only while no other
 * of the same tenant runs, so that no tenant waits for what others run. Not safe for several
 * threads: whoever owns it holds a lock.
 */
final class TenantQueues {
  /** What any job takes at least, so that a backlog has an end in jobs too. */
  private static final long JOB_NANOS_MIN = 500;

  /**
   * Jobs that wait at once without a place, or have gone on after that, each on a thread: a stack
   * of 2 MiB if its guest has nested calls as deeply as it can, so 1 GiB outside of the heap at the
   * most, and some 50 KiB as a rule. One that waits beyond that keeps its place.
   */
  static final int RESTING_MAX = 512;

  /** Of these, one tenant's. */
  static final int RESTING_PER_TENANT = RESTING_MAX / 2;

  private final int runningMax;
  private final int runningPerTenant;
  private final int queuedPerTenant;
  private final Map<TenantId, Queue> queues = new HashMap<>();

  /** Queues with jobs whose tenants are below their share. */
  private final ArrayDeque<Queue> turns = new ArrayDeque<>();

  /** Of those in {@link #turns}, the ones of tenants for whom nothing runs. */
  private int unserved;

  private int waitingJobs;
  private int runningJobs;
  private int restingJobs;

  /** Jobs that went on after a wait: with a thread of their own, so in nobody's place. */
  private int resumedJobs;

  /** What the jobs of the queues in {@link #turns} will take. */
  private long backlogNanos;

  /**
   * @param runningMax jobs of all tenants that run at once, but for one of each other tenant
   * @param runningPerTenant of these, how many may be one tenant's
   * @param queuedPerTenant jobs of one tenant that may wait
   */
  TenantQueues(int runningMax, int runningPerTenant, int queuedPerTenant) {
    this.runningMax = runningMax;
    this.runningPerTenant = runningPerTenant;
    this.queuedPerTenant = queuedPerTenant;
  }

  /** Queues a job; false when its tenant's queue is full. */
  boolean add(TenantId tenant, Runnable work, long expectedNanos) {
    Queue queue = queues.computeIfAbsent(tenant, Queue::new);
    if (queue.jobs.size() >= queuedPerTenant) {
      return false;
    }
    long nanos = Math.max(expectedNanos, JOB_NANOS_MIN);
    queue.jobs.add(new Job(queue, work, nanos));
    if (queue.backlog != null) {
      queue.backlog.came();
    }
    queue.nanos += nanos;
    waitingJobs++;
    if (queue.hasTurn) {
      backlogNanos += nanos;
    } else {
      offerTurn(queue);
    }
    return true;
  }

  /** Whether a job is due. */
  boolean hasNext() {
    return runningJobs < runningMax ? !turns.isEmpty() : unserved > 0;
  }

  /** The job that is due, which runs from now on; null when there is none. */
  @Nullable Job next() {
    if (!hasNext()) {
      return null;
    }
    Queue queue = runningJobs < runningMax ? turns.remove() : removeUnserved();
    turnIsOver(queue);
    Job job = queue.remove();
    queue.nanos -= job.expectedNanos;
    queue.typicalNanos += (job.expectedNanos - queue.typicalNanos) / 8;
    queue.running++;
    queue.hasWaited = false;
    waitingJobs--;
    runningJobs++;
    offerTurn(queue);
    return job;
  }

  private Queue removeUnserved() {
    for (Iterator<Queue> all = turns.iterator(); all.hasNext(); ) {
      Queue queue = all.next();
      if (queue.running == 0) {
        all.remove();
        return queue;
      }
    }
    throw new IllegalStateException("None of " + turns.size() + " queues is unserved");
  }

  /** A job of this queue is over. */
  void finished(Queue queue) {
    finished(queue, false);
  }

  /**
   * Likewise.
   *
   * @param hasResumed whether it has gone on after a wait
   */
  void finished(Queue queue, boolean hasResumed) {
    leave(queue, hasResumed);
    forgetIfOver(queue);
  }

  private void leave(Queue queue, boolean hasResumed) {
    if (hasResumed) {
      resumedJobs--;
      queue.resumed--;
    } else {
      runningJobs--;
    }
    queue.running--;
    if (queue.hasTurn && queue.running == 0) {
      unserved++;
    }
    offerTurn(queue);
  }

  /**
   * A job of this queue waits, and leaves its place to another; false if too many do, and it keeps
   * it.
   */
  boolean rest(Queue queue, boolean hasResumed) {
    boolean isFull =
        restingJobs + resumedJobs >= RESTING_MAX
            || queue.resting + queue.resumed >= RESTING_PER_TENANT;
    if (isFull && !hasResumed) { // one that has is among these already
      return false;
    }
    leave(queue, hasResumed);
    restingJobs++;
    queue.resting++;
    return true;
  }

  /**
   * A job that has left its place goes on. It counts for its tenant's share, but not among those
   * that run: many that go on at once keep no place from others.
   */
  void resume(Queue queue) {
    restingJobs--;
    queue.resting--;
    resumedJobs++;
    queue.resumed++;
    if (queue.hasTurn && queue.running == 0) {
      unserved--;
    }
    queue.running++;
    if (queue.hasTurn && queue.running >= runningPerTenant) {
      turns.remove(queue);
      turnIsOver(queue);
    }
  }

  /** Jobs that have threads and no places: those that wait, and those that went on. */
  int jobsAside() {
    return restingJobs + resumedJobs;
  }

  /** Jobs that have left their places. */
  int restingJobs() {
    return restingJobs;
  }

  /**
   * Takes a job that is not due yet out of the tenant's queue; false when it is not there. Looks at
   * each: as many as may be queued, so some microseconds.
   */
  boolean withdraw(TenantId tenant, Runnable work) {
    Queue queue = queues.get(tenant);
    return queue != null && withdraw(queue, work);
  }

  private boolean withdraw(Queue queue, Runnable work) {
    for (Iterator<Job> jobs = queue.jobs.iterator(); jobs.hasNext(); ) {
      Job job = jobs.next();
      if (job.work.equals(work)) {
        jobs.remove();
        removed(job);
        return true;
      }
    }
    return false;
  }

  /** A job was taken out of its queue that does not run. */
  private void removed(Job job) {
    Queue queue = job.queue;
    waitingJobs--;
    queue.nanos -= job.expectedNanos;
    if (queue.hasTurn) {
      backlogNanos -= job.expectedNanos;
    }
    if (queue.jobs.isEmpty()) {
      if (turns.remove(queue)) {
        turnIsOver(queue);
      }
      forgetIfOver(queue);
    }
  }

  /**
   * Takes out the calls that have waited for too long where a tenant's queue stands; to be called
   * every {@link Backlog#LOOK_EVERY}.
   */
  List<InstancePool.Job> shed(long nowNanos) {
    List<InstancePool.Job> shed = new ArrayList<>(0);
    for (Queue queue : List.copyOf(queues.values())) {
      long waitMax = queue.look(nowNanos);
      while (queue.isOldestLate(nowNanos, waitMax)) {
        Job job = queue.jobs.remove();
        removed(job);
        shed.add((InstancePool.Job) job.work);
      }
    }
    return shed;
  }

  /** All jobs that wait. */
  List<Runnable> waiting() {
    List<Runnable> all = new ArrayList<>(waitingJobs);
    for (Queue queue : queues.values()) {
      queue.jobs.forEach(job -> all.add(job.work));
    }
    return all;
  }

  int waitingJobs() {
    return waitingJobs;
  }

  /** What the jobs that could begin, but for the bounds of all, will take. */
  long backlogNanos() {
    return backlogNanos;
  }

  /**
   * Tenants that have jobs but none that runs, and had none at the last call of this method either
   * nor since then.
   */
  int longUnserved() {
    int waitedTwice = 0;
    if (unserved > 0) {
      for (Queue queue : turns) {
        if (queue.running == 0) {
          waitedTwice += queue.hasWaited ? 1 : 0;
          queue.hasWaited = true;
        }
      }
    }
    return waitedTwice;
  }

  private void offerTurn(Queue queue) {
    if (!queue.hasTurn && !queue.jobs.isEmpty() && queue.running < runningPerTenant) {
      queue.hasTurn = true;
      turns.add(queue);
      backlogNanos += queue.nanos;
      unserved += queue.running == 0 ? 1 : 0;
    }
  }

  /** The queue was taken out of {@link #turns}. */
  private void turnIsOver(Queue queue) {
    queue.hasTurn = false;
    backlogNanos -= queue.nanos;
    unserved -= queue.running == 0 ? 1 : 0;
  }

  private void forgetIfOver(Queue queue) {
    if (queue.running == 0 && queue.resting == 0 && queue.jobs.isEmpty()) {
      queues.remove(queue.tenant);
    }
  }

  /** A job of the tenant that the queue belongs to. */
  record Job(Queue queue, Runnable work, long expectedNanos) {
    /** A trial, whose own thread waits for it, is never late. */
    private long arrivedNanos(long nowNanos) {
      return work instanceof InstancePool.Job call ? call.arrivedNanos() : nowNanos;
    }
  }

  /** One tenant's jobs. */
  static final class Queue {
    private final TenantId tenant;

    /** The longest first. */
    private final ArrayDeque<Job> jobs = new ArrayDeque<>();

    /** While some were found to wait. */
    private @Nullable Backlog backlog;

    /** What its jobs will probably take. */
    private long nanos;

    /** What those took that were begun, on the average of the last. */
    private long typicalNanos;

    private int running;
    private int resting;
    private int resumed;
    private boolean hasTurn;

    /** Since the last look at those that wait for long. */
    private boolean hasWaited;

    private Queue(TenantId tenant) {
      this.tenant = tenant;
    }

    TenantId tenant() {
      return tenant;
    }

    /** The job that is due of this tenant. What cannot be refused, a trial, is never overtaken. */
    private Job remove() {
      Backlog known = backlog;
      boolean isNewest =
          known != null && known.isNewestFirst() && jobs.element().work instanceof InstancePool.Job;
      Job job = isNewest ? jobs.removeLast() : jobs.remove();
      if (known != null) {
        known.went(jobs.isEmpty());
      }
      return job;
    }

    /** What a call may have waited here by now. */
    private long look(long nowNanos) {
      backlog = Backlog.at(backlog, jobs.isEmpty(), nowNanos);
      if (backlog == null) {
        return Long.MAX_VALUE;
      }
      Job oldest = jobs.element();
      long typical = Math.max(typicalNanos, oldest.expectedNanos);
      return backlog.look(nowNanos, oldest.arrivedNanos(nowNanos), typical);
    }

    private boolean isOldestLate(long nowNanos, long waitMax) {
      Job oldest = jobs.peek();
      return oldest != null && nowNanos - oldest.arrivedNanos(nowNanos) > waitMax;
    }
  }
}
