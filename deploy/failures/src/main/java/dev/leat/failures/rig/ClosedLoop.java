package dev.leat.failures.rig;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * Sends requests by a few clients, each its next when its last has ended: as many as the nodes take
 * on this machine just now, up to a pace, and never more than there are clients at once.
 */
public final class ClosedLoop {
  /**
   * 375 a second from each client, 1,500 from four: each writes a line of some 100 bytes, and a
   * node leaves out what is beyond 256 KiB a second of a tenant, which the witness must not miss.
   */
  private static final long APART_NANOS = 1_000_000_000 / 375;

  private final LoadBalancer balancer;
  private final String prefix;
  private final IntFunction<String> heads;
  private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
  private final AtomicInteger sent = new AtomicInteger();

  /**
   * @param prefix begins each request's id
   * @param heads the line and fields of the request of this number
   */
  public ClosedLoop(LoadBalancer balancer, String prefix, IntFunction<String> heads) {
    this.balancer = balancer;
    this.prefix = prefix;
    this.heads = heads;
  }

  /** Goes on for so long, and hands over what became of all that was sent. */
  public Ledger during(int clients, Duration length) {
    long until = System.nanoTime() + length.toNanos();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      threads.add(Thread.startVirtualThread(() -> sendUntil(until)));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return new Ledger(sent.get(), entries);
  }

  private void sendUntil(long until) {
    long next = System.nanoTime();
    while (next - until < 0) {
      int number = sent.getAndIncrement();
      entries.add(balancer.send(heads.apply(number), prefix + "-" + number, System.nanoTime()));
      long now = System.nanoTime();
      next = Math.max(next + APART_NANOS, now);
      LockSupport.parkNanos(next - now);
    }
  }
}
