package dev.leat.node;

import dev.leat.store.LeasedRounds;
import dev.leat.store.Leases;
import dev.leat.store.encryption.Rewrapping;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * After the operator has put another key first, encrypts by it what is under older ones, and by the
 * first key of all what was in clear. One node of a cluster does it for all.
 */
final class EncryptAnew implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EncryptAnew.class);
  private static final String LEASE = "encryption-keys";
  private static final Duration TERM = Duration.ofMinutes(5);
  private static final Duration EVERY = Duration.ofSeconds(30);

  private final List<Rewrapping> all;
  private final LeasedRounds rounds;

  /**
   * @param holder of the lease: differs with each start of a node
   */
  EncryptAnew(List<Rewrapping> all, Leases leases, String holder) {
    this.all = List.copyOf(all);
    this.rounds =
        new LeasedRounds(
            leases,
            LEASE,
            holder,
            TERM,
            EVERY,
            lease -> {
              if (lease.isPresent()) {
                round();
              }
            });
  }

  void start() {
    rounds.start();
  }

  void round() {
    int done = all.stream().mapToInt(Rewrapping::rewrap).sum();
    if (done > 0) {
      LOG.info(
          "Encrypted by the first key what was not; older keys are not needed for it count={}",
          done);
    }
  }

  @Override
  public void close() {
    rounds.close();
  }
}
