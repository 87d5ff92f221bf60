package dev.leat.invocations.async;

import dev.leat.store.LeasedRounds;
import dev.leat.store.Leases;
import java.time.Duration;

/** Removes bodies that nobody has any more, on one node of a cluster, each second. */
public final class DiscardedBodies implements AutoCloseable {
  private static final String LEASE = "async-bodies";
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final int AT_ONCE = 256;

  /** In a round, which a bucket that is slow must not make longer than the lease. */
  private static final int TURNS = 16;

  private static final Duration TERM = Duration.ofMinutes(5);

  private final BodyStore bodies;
  private final LeasedRounds rounds;

  /**
   * @param holder of the lease: differs with each start of a node
   */
  public DiscardedBodies(BodyStore bodies, Leases leases, String holder) {
    this.bodies = bodies;
    this.rounds =
        new LeasedRounds(
            leases, LEASE, holder, TERM, EVERY, held -> held.ifPresent(lease -> remove()));
  }

  public void start() {
    rounds.start();
  }

  private void remove() {
    int turns = TURNS;
    while (turns-- > 0 && bodies.remove(AT_ONCE) == AT_ONCE) {
      // there are more
    }
  }

  @Override
  public void close() {
    rounds.close();
  }
}
