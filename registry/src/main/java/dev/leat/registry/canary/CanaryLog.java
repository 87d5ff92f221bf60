package dev.leat.registry.canary;

import dev.leat.contract.FunctionRef;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down each second what this node counted of canaries. All of it is set, and not added to,
 * so writing it again counts nothing twice. A crash loses the last second; while the store is away
 * all is kept.
 */
public final class CanaryLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CanaryLog.class);
  private static final Duration WRITE_EVERY = Duration.ofSeconds(1);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final Canaries canaries;
  private final SampleStore store;
  private final String start;
  private final Thread thread = Thread.ofPlatform().daemon().name("canaries").unstarted(this::run);
  private volatile boolean closed;

  // Guarded by this.
  private final Map<FunctionRef, Written> written = new HashMap<>();
  private boolean isStoreAway;

  /**
   * @param start names this start of this node, and no other
   */
  public CanaryLog(Canaries canaries, SampleStore store, String start) {
    this.canaries = canaries;
    this.store = store;
    this.start = start;
  }

  public void start() {
    thread.start();
  }

  private void run() {
    while (!closed) {
      LockSupport.parkNanos(WRITE_EVERY.toNanos());
      guarded();
    }
  }

  private synchronized void guarded() {
    try {
      write();
      isStoreAway = false;
    } catch (StoreFailure e) {
      if (!isStoreAway) {
        LOG.warn("What canaries' calls came to waits until the store is back", e);
      }
      isStoreAway = true;
    } catch (RuntimeException e) { // a defect, which must not end the writing
      LOG.error("What canaries' calls came to was not written", e);
    }
  }

  /** Writes what has changed. */
  public synchronized void write() {
    Map<FunctionRef, Written> now = new HashMap<>();
    for (Sampling sampling : canaries.all()) {
      FunctionRef function = sampling.function();
      Written next = new Written(sampling.rollout(), sampling.figures());
      if (!next.equals(written.get(function)) && !next.figures.equals(CanaryFigures.NONE)) {
        // Where it is not kept, the canary has ended and this node will hear so.
        var unused =
            store.put(function.tenant(), function.name(), next.rollout, start, next.figures);
      }
      now.put(function, next);
    }
    written.clear();
    written.putAll(now);
  }

  /** Writes what was counted, then stops; does nothing where it was not started. */
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

  private record Written(int rollout, CanaryFigures figures) {}
}
