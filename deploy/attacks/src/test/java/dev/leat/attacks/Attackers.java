package dev.leat.attacks;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that do something to a node again and again, until they are closed. That a node closes
 * their connections is what they expect.
 */
final class Attackers implements Siege.Ongoing {
  private static final Duration BREATH = Duration.ofMillis(5);
  private static final Duration JOIN_PATIENCE = Duration.ofSeconds(60);

  private final List<Thread> threads = new ArrayList<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean isOver;

  private Attackers() {}

  /** Something that one of them does. */
  interface Deed {
    void by(int attacker);
  }

  static Attackers each(int count, Deed deed) {
    Attackers attackers = new Attackers();
    for (int i = 0; i < count; i++) {
      int attacker = i;
      attackers.threads.add(
          Thread.ofVirtual()
              .name("attacker-" + i)
              .start(() -> attackers.goOn(() -> deed.by(attacker))));
    }
    return attackers;
  }

  private void goOn(Runnable deed) {
    while (!isOver) {
      try {
        deed.run();
      } catch (UncheckedIOException e) {
        LockSupport.parkNanos(BREATH.toNanos());
      } catch (RuntimeException | AssertionError e) {
        if (!isOver) { // else it was interrupted
          failures.add(e);
          return;
        }
      }
    }
  }

  /** Waits until all are interrupted: a connection on which a virtual thread waits is closed. */
  @Override
  public void close() {
    isOver = true;
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      try {
        if (!thread.join(JOIN_PATIENCE)) {
          throw new AssertionError("It does not end: " + thread);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    if (!failures.isEmpty()) {
      throw new AssertionError(failures.size() + " attackers failed", failures.peek());
    }
  }
}
