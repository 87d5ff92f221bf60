package dev.leat.registry.release;

import dev.leat.store.ChangeFeed;
import dev.leat.store.LeasedRounds;
import dev.leat.store.Leases;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has rollouts go on: each scheduler node has one, and the one that holds the lease looks every
 * second which canaries fail, and which steps are due. The lease only spares the others the work: a
 * step is taken once, by the revision of the traffic. While none of them can, rollouts stay as they
 * are.
 */
public final class RolloutSteps implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RolloutSteps.class);
  static final String LEASE = "rollouts";
  static final Duration TERM = Duration.ofSeconds(5);
  static final Duration EVERY = Duration.ofSeconds(1);

  private final LeasedRounds rounds;
  private final Rollouts rollouts;
  private final ChangeFeed changes;

  /**
   * @param holder of the lease: differs with each start of a node
   * @param changes told when a step was taken
   */
  public RolloutSteps(Leases leases, String holder, Rollouts rollouts, ChangeFeed changes) {
    this.rounds = new LeasedRounds(leases, LEASE, holder, TERM, EVERY, this::round);
    this.rollouts = rollouts;
    this.changes = changes;
  }

  public void start() {
    rounds.start();
  }

  /** Takes the steps that are due, if this node is the one that does. */
  void round() {
    rounds.round();
  }

  private void round(Optional<Leases.Lease> lease) {
    if (lease.isPresent() && rollouts.judge() + rollouts.step() > 0 && !changes.catchUp()) {
      LOG.debug("The steps that were taken are taken over later");
    }
  }

  @Override
  public void close() {
    rounds.close();
  }
}
