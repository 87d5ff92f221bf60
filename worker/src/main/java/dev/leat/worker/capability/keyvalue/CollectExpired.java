package dev.leat.worker.capability.keyvalue;

import dev.leat.store.LeasedRounds;
import dev.leat.store.Leases;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Removes values that have expired, which count for their tenants until then, and what deleted
 * tenants left. One node of a cluster does it for all, every quarter of a minute.
 */
public final class CollectExpired implements AutoCloseable {
  /** Rows of one transaction, so that nobody waits long behind it. */
  static final int BATCH = 500;

  private static final String LEASE = "expired-values";
  private static final Duration TERM = Duration.ofSeconds(60);
  private static final Duration EVERY = Duration.ofSeconds(15);

  /** Of one round: 50,000 rows, in less than the lease's term. */
  private static final int BATCHES_MAX = 100;

  private final KeyValueStore store;
  private final Consumer<Instant> left;
  private final InstantSource clock;
  private final LeasedRounds rounds;

  /**
   * @param left removes some of what deleted tenants left; is told the time
   * @param holder of the lease: differs with each start of a node
   */
  public CollectExpired(
      KeyValueStore store,
      Consumer<Instant> left,
      Leases leases,
      String holder,
      InstantSource clock) {
    this.store = store;
    this.left = left;
    this.clock = clock;
    this.rounds = new LeasedRounds(leases, LEASE, holder, TERM, EVERY, this::round);
  }

  public void start() {
    rounds.start();
  }

  private void round(Optional<Leases.Lease> lease) {
    boolean isMore = lease.isPresent();
    for (int i = 0; i < BATCHES_MAX && isMore; i++) {
      isMore = store.collect(clock.instant(), BATCH) == BATCH;
    }
    if (lease.isPresent()) {
      left.accept(clock.instant());
    }
  }

  /** Removes what has expired, if this node is the one that does. */
  void round() {
    rounds.round();
  }

  @Override
  public void close() {
    rounds.close();
  }
}
