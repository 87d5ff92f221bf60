package dev.leat.worker;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.InstancePolicy.Reuse;
import dev.leat.worker.guest.Guest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The instances of one function version, and the invocations that wait for one. At most {@code max}
 * invocations run at once, each on an instance of its own; idle instances wait, last used first, so
 * that those above what is to be kept can be let go. Safe for several threads.
 */
final class InstancePool {
  /** What a call is taken for before any has run: long. Then it is no longer this very number. */
  static final long UNKNOWN_NANOS = 1_000_000;

  /** As many samples weigh as much as all before: 4 s of them. */
  private static final int SAMPLES = 8;

  private final FunctionVersion version;
  private final int waitersMax;
  private final IntSupplier kept;
  private final ArrayDeque<Idle> idle = new ArrayDeque<>();
  private final LongSupplier nanoTime;

  /** The longest first. */
  private final ArrayDeque<Job> waiting = new ArrayDeque<>();

  /** While some were found to wait. */
  private @Nullable Backlog backlog;

  private int running;
  private double busy;
  private boolean deleted;
  private boolean forgotten;
  private volatile long typicalNanos = UNKNOWN_NANOS;
  private long lastUsedNanos;

  /**
   * @param kept how many instances are kept, however long they idle; asked at each {@link #reap}
   */
  InstancePool(FunctionVersion version, int waitersMax, IntSupplier kept, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.lastUsedNanos = nanoTime.getAsLong();
    this.version = version;
    this.kept = kept;
    this.waitersMax = waitersMax;
  }

  FunctionVersion version() {
    return version;
  }

  /** What became of a job that was handed in. */
  enum Entry {
    /** The pool was forgotten meanwhile: another must be made. */
    GONE,
    /** It may run now; its runner calls {@link #leave} at the end. */
    RUNS,
    /** {@link #leave} of another will hand it out. */
    WAITS,
    /** There is no room for it. */
    REFUSED
  }

  synchronized Entry enter(Job job) {
    if (forgotten) {
      return Entry.GONE;
    }
    if (running < version.instances().max()) {
      running++;
      return Entry.RUNS;
    }
    if (waiting.size() >= waitersMax) {
      return Entry.REFUSED;
    }
    waiting.add(job);
    if (backlog != null) {
      backlog.came();
    }
    return Entry.WAITS;
  }

  /** An idle instance, or null: the caller makes one. */
  synchronized @Nullable Guest take() {
    Idle last = idle.pollLast();
    return last == null ? null : last.guest;
  }

  /** Gives an instance back, ready for its next call; it is let go where none is kept. */
  synchronized void give(Guest guest) {
    lastUsedNanos = nanoTime.getAsLong();
    keep(guest);
  }

  private void keep(Guest guest) {
    if (!deleted
        && !forgotten
        && version.instances().reuse() != Reuse.FRESH
        && idle.size() < version.instances().max()) {
      idle.addLast(new Idle(guest, lastUsedNanos));
    } else {
      guest.close();
    }
  }

  /** How long a call typically takes, until its instance is ready for the next. */
  long typicalNanos() {
    return typicalNanos;
  }

  /**
   * A job is over that ran; returns the next that may run in its place, if one waits.
   *
   * @param guest the instance that it ran on, ready for its next call; null if it is not to be kept
   * @param startedNanos when it began
   */
  synchronized @Nullable Job leave(@Nullable Guest guest, long startedNanos) {
    lastUsedNanos = nanoTime.getAsLong();
    if (guest != null) { // else it may not have run at all
      long took = lastUsedNanos - startedNanos;
      boolean isFirst = typicalNanos == UNKNOWN_NANOS;
      typicalNanos = isFirst ? took : typicalNanos + (took - typicalNanos) / 8;
      keep(guest);
    }
    return passOn();
  }

  /** A job is over that did not run; returns the next likewise. */
  synchronized @Nullable Job leave() {
    lastUsedNanos = nanoTime.getAsLong();
    return passOn();
  }

  private @Nullable Job passOn() {
    Backlog known = backlog;
    boolean isNewestFirst = known != null && known.isNewestFirst();
    Job next = isNewestFirst ? waiting.pollLast() : waiting.poll();
    if (next == null) {
      running--;
    } else if (known != null) {
      known.went(waiting.isEmpty());
    }
    return next;
  }

  /**
   * Takes out those that have waited for too long in a queue that stands; to be called every {@link
   * Backlog#LOOK_EVERY}.
   */
  synchronized List<Job> shed(long nowNanos) {
    backlog = Backlog.at(backlog, waiting.isEmpty(), nowNanos);
    if (backlog == null) {
      return List.of();
    }
    List<Job> shed = new ArrayList<>(0);
    long waitMax = backlog.look(nowNanos, waiting.getFirst().arrivedNanos(), typicalNanos);
    while (!waiting.isEmpty() && nowNanos - waiting.getFirst().arrivedNanos() > waitMax) {
      shed.add(waiting.remove());
    }
    return shed;
  }

  /**
   * Takes a job out of those that wait; false when it is not among them. Looks at each: as many as
   * may wait, so some microseconds.
   */
  synchronized boolean withdraw(Job job) {
    return waiting.remove(job);
  }

  /** The jobs that wait; they go on waiting. */
  synchronized List<Job> waiting() {
    return List.copyOf(waiting);
  }

  /** Lets go of all idle instances and keeps no more: the version cannot be called again. */
  synchronized void delete() {
    deleted = true;
    idle.forEach(kept -> kept.guest.close());
    idle.clear();
  }

  synchronized boolean isDeleted() {
    return deleted;
  }

  /** Lets go of instances above what is kept that were idle for the policy's time. */
  synchronized void reap(long nowNanos) {
    while (idle.size() > kept.getAsInt()
        && nowNanos - idle.getFirst().sinceNanos > version.instances().idle().toNanos()) {
      idle.removeFirst().guest.close();
    }
  }

  /** Since when its longest idle instance waits; {@link Long#MAX_VALUE} where none does. */
  synchronized long idleSinceNanos() {
    return idle.isEmpty() ? Long.MAX_VALUE : idle.getFirst().sinceNanos;
  }

  /** What its idle instances hold of the memory for guests. */
  synchronized long idleBytes() {
    long bytes = 0;
    for (Idle kept : idle) {
      bytes += kept.guest.heldBytes();
    }
    return bytes;
  }

  /**
   * Lets go of its longest idle instance, however many are to be kept; returns what that one held
   * of the memory for guests, 0 where none is idle.
   */
  synchronized long dropIdle() {
    if (idle.isEmpty()) {
      return 0;
    }
    Guest dropped = idle.removeFirst().guest;
    long bytes = dropped.heldBytes();
    dropped.close();
    return bytes;
  }

  /** True from when nothing runs, waits or is kept, and nothing has for so long: nothing enters. */
  synchronized boolean forget(long nowNanos, long afterNanos) {
    forgotten |=
        running == 0
            && waiting.isEmpty()
            && idle.isEmpty()
            && nowNanos - lastUsedNanos > afterNanos;
    return forgotten;
  }

  /** Looks how many are asked for just now; to be called at even intervals. */
  synchronized void sample() {
    int asked = running + Math.min(waiting.size(), version.instances().max());
    busy += (asked - busy) / SAMPLES;
  }

  /**
   * How many instances were in a call, or waited for, on the average of the last samples; those
   * waited for count up to {@code max}.
   */
  synchronized double busy() {
    return busy;
  }

  synchronized int idleInstances() {
    return idle.size();
  }

  synchronized int waitingInvocations() {
    return waiting.size();
  }

  synchronized int runningInvocations() {
    return running;
  }

  /** Something that wants to run on an instance. */
  interface Job {
    /** Since when it waits. */
    long arrivedNanos();
  }

  private record Idle(Guest guest, long sinceNanos) {}
}
