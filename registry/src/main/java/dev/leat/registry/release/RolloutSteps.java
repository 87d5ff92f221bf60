package dev.leat.registry.release;

import dev.leat.store.ChangeFeed;
import dev.leat.store.Leases;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has rollouts go on: each scheduler node has one, and the one that holds the lease looks every
 * second which steps are due. The lease only spares the others the work: a step is taken once, by
 * the revision of the traffic. While none of them can, rollouts stay as they are.
 */
public final class RolloutSteps implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RolloutSteps.class);
  static final String LEASE = "rollouts";
  static final Duration TERM = Duration.ofSeconds(5);
  static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final Leases leases;
  private final String holder;
  private final Rollouts rollouts;
  private final ChangeFeed changes;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("rollouts").factory());

  private Leases.@Nullable Lease held;
  private boolean isStoreAway;

  /**
   * @param holder of the lease: differs with each start of a node
   * @param changes told when a step was taken
   */
  public RolloutSteps(Leases leases, String holder, Rollouts rollouts, ChangeFeed changes) {
    this.leases = leases;
    this.holder = holder;
    this.rollouts = rollouts;
    this.changes = changes;
  }

  public void start() {
    var unused =
        thread.scheduleWithFixedDelay(
            this::guardedRound, EVERY.toNanos(), EVERY.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void guardedRound() {
    try {
      round();
      isStoreAway = false;
    } catch (StoreFailure e) {
      if (!isStoreAway) {
        LOG.warn("Rollouts stay as they are while the database is away cause={}", e.toString());
      }
      isStoreAway = true;
    } catch (RuntimeException | Error e) {
      LOG.error("A round of the rollouts failed; the next one comes", e); // else none would
    }
  }

  /** Takes the steps that are due, if this node is the one that does. */
  void round() {
    Optional<Leases.Lease> lease = leases.take(LEASE, holder, TERM);
    held = lease.orElse(null);
    if (lease.isPresent() && rollouts.step() > 0 && !changes.catchUp()) {
      LOG.debug("The steps that were taken are taken over later");
    }
  }

  /** Gives the lease back, so that another goes on at once. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (thread.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
          && held != null) {
        leases.release(held);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (StoreFailure e) {
      LOG.info("The lease of the rollouts lapses by itself cause={}", e.toString());
    }
  }
}
