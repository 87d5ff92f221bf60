package dev.leat.store;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that a node does for itself, round by round, on a thread of its own, and once more when it
 * is closed. A round that fails is followed by the next; while the database is away that is said
 * once. Safe for several threads.
 */
public final class Rounds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final Duration every;
  private final Runnable work;
  private final Thread thread;
  private final GuardedRound guarded;
  private volatile boolean closed;

  /**
   * @param name of the thread, and of what waits while the database is away
   * @param every how long after a round the next one begins
   * @param work a round; may block, and fail as stores do
   */
  public Rounds(String name, Duration every, Runnable work) {
    this.guarded = new GuardedRound(name, LOG);
    this.every = every;
    this.work = work;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  private void run() {
    while (!closed) {
      LockSupport.parkNanos(every.toNanos());
      if (!closed) {
        guarded.run(work);
      }
    }
    guarded.run(work);
  }

  /** Does a last round, then stops; does nothing where it was not started. */
  @Override
  public void close() {
    closed = true;
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
