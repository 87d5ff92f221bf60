package dev.leat.failures.rig;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * Sends requests at a fixed rate, whether earlier ones are answered or not, as the clients of a
 * service do that know nothing of each other. Each has a virtual thread.
 */
public final class OpenLoop {
  private final LoadBalancer balancer;
  private final String prefix;
  private final IntFunction<String> heads;
  private final long intervalNanos;
  private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
  private final AtomicInteger offered = new AtomicInteger();
  private final Phaser ends = new Phaser(1);
  private final Thread pace = new Thread(this::keepPace, "pace");
  private volatile boolean isOver;
  private long startedNanos;

  /**
   * @param prefix begins each request's id
   * @param heads the line and fields of the request of this number
   */
  public OpenLoop(LoadBalancer balancer, String prefix, int perSecond, IntFunction<String> heads) {
    this.balancer = balancer;
    this.prefix = prefix;
    this.heads = heads;
    this.intervalNanos = 1_000_000_000L / perSecond;
  }

  public OpenLoop start() {
    startedNanos = System.nanoTime();
    pace.setDaemon(true);
    pace.start();
    return this;
  }

  private void keepPace() {
    for (int number = 0; !isOver; number++) {
      long due = startedNanos + number * intervalNanos;
      long left;
      while ((left = due - System.nanoTime()) > 0) {
        LockSupport.parkNanos(left);
      }
      if (!isOver) {
        begin(number, due);
      }
    }
  }

  private void begin(int number, long due) {
    offered.incrementAndGet();
    ends.register();
    Thread.startVirtualThread(() -> {
      try {
        entries.add(balancer.send(heads.apply(number), prefix + "-" + number, due));
      } finally {
        ends.arriveAndDeregister();
      }
    });
  }

  /** Goes on for so long. */
  public OpenLoop during(Duration length) {
    long until = System.nanoTime() + length.toNanos();
    long left;
    while ((left = until - System.nanoTime()) > 0) {
      LockSupport.parkNanos(left);
    }
    return this;
  }

  /** Sends no more, waits for what was sent, and hands over what became of it. */
  public Ledger end() {
    isOver = true;
    try {
      pace.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    ends.arriveAndAwaitAdvance();
    return new Ledger(offered.get(), entries);
  }

  public int offered() {
    return offered.get();
  }
}
