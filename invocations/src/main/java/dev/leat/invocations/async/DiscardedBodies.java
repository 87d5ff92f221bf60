package dev.leat.invocations.async;

import dev.leat.store.LeasedRounds;
import dev.leat.store.Leases;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes bodies that nobody has any more, on one node of a cluster, each second. */
public final class DiscardedBodies implements AutoCloseable {
  private static final String LEASE = "async-bodies";
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final int AT_ONCE = 256;

  /** In a round, which a bucket that is slow must not make longer than the lease. */
  private static final int TURNS = 16;

  private static final Duration TERM = Duration.ofMinutes(5);

  private static final Logger LOG = LoggerFactory.getLogger(DiscardedBodies.class);

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

  /** Says first where bodies of an earlier configuration wait. */
  public void start() {
    try {
      bodies
          .elsewhere()
          .forEach(place ->
              LOG.warn(
                  "Large bodies of accepted calls are in {}, where this configuration does not look:"
                      + " they are neither found nor removed until 'blobs' names it again",
                  place));
    } catch (StoreFailure e) {
      LOG.info("Where large bodies are is not known yet cause={}", e.toString());
    }
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
