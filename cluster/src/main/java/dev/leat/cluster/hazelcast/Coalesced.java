package dev.leat.cluster.hazelcast;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something whenever it is asked to, at once, but only so often: what is asked for meanwhile
 * is done once afterwards. Asking costs a flag.
 */
final class Coalesced implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Coalesced.class);

  private final Runnable action;
  private final Duration interval;
  private final Thread thread;
  private volatile boolean asked;
  private volatile boolean closed;

  Coalesced(String name, Runnable action, Duration interval) {
    this.action = action;
    this.interval = interval;
    this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Never blocks. */
  void ask() {
    if (!asked) {
      asked = true;
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    while (!closed) {
      if (!asked) {
        LockSupport.park();
        continue;
      }
      asked = false; // before the action: what is asked for from now on is another
      try {
        action.run();
      } catch (RuntimeException | Error e) {
        LOG.debug("Waking failed; the others look by themselves", e);
      }
      pause();
    }
  }

  /** Whoever asks meanwhile unparks the thread. */
  private void pause() {
    long until = System.nanoTime() + interval.toNanos();
    long left = interval.toNanos();
    while (left > 0 && !closed) {
      LockSupport.parkNanos(left);
      left = until - System.nanoTime();
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
