package dev.leat.node.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Items on their way out: a bounded queue, and a thread that sends them in batches. Whoever adds
 * one never waits; when the queue is full, since the other side is slow or away, the item is left
 * out and counted. Safe for several threads.
 */
final class Outbox<T> implements AutoCloseable {
  /**
   * Some 4 MiB of spans of 500 bytes; at 10,000 a second, most of a second of a collector's pause.
   */
  static final int QUEUED_MAX = 8_192;

  /** As OpenTelemetry's own processors have it. */
  static final int BATCH_MAX = 512;

  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final long GATHER_MILLIS = 500;
  private static final long CLOSE_MILLIS = 5_000;
  private static final long TELL_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final ExportCounts counts;
  private final Sender<T> sender;
  private final BlockingQueue<T> queued = new ArrayBlockingQueue<>(QUEUED_MAX);
  private final Thread thread;
  private long toldNanos = System.nanoTime() - TELL_NANOS;
  private volatile boolean isClosed;

  Outbox(ExportCounts counts, Sender<T> sender) {
    this.counts = counts;
    this.sender = sender;
    this.thread =
        Thread.ofPlatform().daemon().name("telemetry-" + counts.signal()).unstarted(this::run);
  }

  /** Where items go. */
  @FunctionalInterface
  interface Sender<T> {
    /** Sends all of these, within a bounded time; returns whether they were taken. */
    boolean send(List<T> items);
  }

  void start() {
    thread.start();
  }

  /** Leaves the item to be sent, if there is room. */
  void add(T item) {
    if (!queued.offer(item)) {
      counts.dropped(1);
    }
  }

  private void run() {
    try {
      while (!isClosed || !queued.isEmpty()) {
        List<T> batch = batch();
        if (!batch.isEmpty()) {
          send(batch);
        }
      }
    } catch (InterruptedException e) {
      counts.failed(queued.size()); // they did not go in the time there was
    }
  }

  /** What comes within half a second, up to a bound. */
  private List<T> batch() throws InterruptedException {
    List<T> batch = new ArrayList<>(BATCH_MAX);
    long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS);
    long leftNanos = untilNanos - System.nanoTime();
    while (leftNanos > 0 && batch.size() < BATCH_MAX) {
      T first = isClosed ? queued.poll() : queued.poll(leftNanos, TimeUnit.NANOSECONDS);
      if (first == null) {
        return batch;
      }
      batch.add(first);
      queued.drainTo(batch, BATCH_MAX - batch.size());
      leftNanos = untilNanos - System.nanoTime();
    }
    return batch;
  }

  private void send(List<T> batch) {
    boolean isTaken = false;
    try {
      isTaken = sender.send(batch);
    } catch (RuntimeException e) {
      LOG.debug("Telemetry could not be sent signal={}", counts.signal(), e);
    }
    if (isTaken) {
      counts.exported(batch.size());
    } else {
      counts.failed(batch.size());
      tell();
    }
  }

  /** Once a minute; its own lines may be among what cannot be sent. */
  private void tell() {
    long nowNanos = System.nanoTime();
    if (nowNanos - toldNanos >= TELL_NANOS) {
      toldNanos = nowNanos;
      LOG.warn(
          "Telemetry is not taken signal={} failed={} dropped={}",
          counts.signal(),
          counts.failed(),
          counts.dropped());
    }
  }

  @Override
  public void close() {
    isClosed = true;
    try {
      if (thread.isAlive() && !thread.join(java.time.Duration.ofMillis(CLOSE_MILLIS))) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
