package dev.leat.audit.push;

import dev.leat.audit.AuditRecord;
import dev.leat.audit.AuditStore;
import dev.leat.store.LeaseLost;
import dev.leat.store.Leases;
import dev.leat.store.Leases.Lease;
import dev.leat.store.StoreFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends sealed records to a sink, in the chain's order, each at least once: how far it got is kept
 * in the database, and of the nodes of a cluster the one that holds the sink's lease sends. While
 * the sink takes none, nothing is lost: it is tried again, less and less often. One thread a sink.
 */
public final class AuditPush implements AutoCloseable {
  /** How many records are sent at once: 12 MB at the worst, half a megabyte as a rule. */
  static final int BATCH = 200;

  /** Longer than a batch takes at the most: to connect, to be answered, twice. */
  static final Duration TERM = Duration.ofSeconds(60);

  static final Duration EVERY = Duration.ofSeconds(1);
  static final Duration PAUSE_MAX = Duration.ofSeconds(60);

  private static final Logger LOG = LoggerFactory.getLogger(AuditPush.class);

  private final AuditStore records;
  private final PushStore store;
  private final AuditSink sink;
  private final Leases leases;
  private final String holder;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("audit-push").factory());
  private int failures;

  /**
   * @param holder of the lease: differs with each start of a node
   */
  public AuditPush(
      AuditStore records, PushStore store, AuditSink sink, Leases leases, String holder) {
    this.records = records;
    this.store = store;
    this.sink = sink;
    this.leases = leases;
    this.holder = holder;
  }

  public void start() {
    later(Duration.ZERO);
  }

  private void later(Duration pause) {
    if (!thread.isShutdown()) {
      var unused = thread.schedule(this::turn, pause.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void turn() {
    Duration pause = EVERY;
    try {
      pause = push() ? Duration.ZERO : EVERY;
      if (failures > 0) {
        LOG.info("Audit records are sent again sink={}", sink.name());
        failures = 0;
      }
    } catch (IOException e) {
      failures++;
      pause = pause(failures);
      if (failures == 1) {
        LOG.warn(
            "Audit records cannot be sent; they wait sink={} cause={}", sink.name(), e.toString());
      }
    } catch (StoreFailure | LeaseLost e) {
      pause = PAUSE_MAX.dividedBy(12); // the database's watch says that it is away
    } catch (RuntimeException | Error e) {
      LOG.error("Sending audit records failed sink={}", sink.name(), e);
      pause = PAUSE_MAX;
    }
    later(pause);
  }

  /** 1, 2, 4 ... seconds, {@link #PAUSE_MAX} at the most. */
  static Duration pause(int failures) {
    Duration doubled = EVERY.multipliedBy(1L << Math.min(failures - 1, 10));
    return doubled.compareTo(PAUSE_MAX) < 0 ? doubled : PAUSE_MAX;
  }

  /**
   * Sends what is there, a batch at the most.
   *
   * @return whether there may be more
   */
  boolean push() throws IOException {
    Optional<Lease> lease = leases.take("audit/" + sink.name(), holder, TERM);
    if (lease.isEmpty()) {
      return false;
    }
    List<AuditRecord> batch = records.from(store.sent(sink.name()) + 1, BATCH);
    if (batch.isEmpty()) {
      return false;
    }
    sink.send(batch);
    store.keep(lease.get(), sink.name(), batch.getLast().seq());
    return batch.size() == BATCH;
  }

  /** Lets the batch that is being sent end. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(2L * AuditSink.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
        LOG.warn("A batch of audit records is still being sent sink={}", sink.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
