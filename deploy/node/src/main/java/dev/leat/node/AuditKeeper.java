package dev.leat.node;

import dev.leat.audit.AuditLog;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals what was recorded and signs checkpoints, each second on a thread of its own. While the
 * database is away nothing can be recorded either; what was denied meanwhile is recorded later.
 */
final class AuditKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditKeeper.class);
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

  private final AuditLog audit;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("audit").factory());
  private boolean isAway;

  AuditKeeper(AuditLog audit) {
    this.audit = audit;
  }

  void start() {
    var unused =
        thread.scheduleWithFixedDelay(
            () -> attempt(audit::maintain),
            EVERY.toMillis(),
            EVERY.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Records what was denied and is not recorded yet. */
  @Override
  public void close() {
    thread.execute(() -> attempt(audit::recordDenials));
    thread.shutdown();
    try {
      if (!thread.awaitTermination(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("What was denied lately is not recorded: the database takes too long");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void attempt(Runnable work) {
    try {
      work.run();
      isAway = false;
    } catch (StoreFailure e) {
      if (!isAway) {
        LOG.warn("Audit records cannot be sealed just now cause={}", Cause.root(e).toString());
      }
      isAway = true;
    } catch (RuntimeException | Error e) {
      LOG.error("Sealing audit records failed; the next attempt comes", e);
    }
  }
}
