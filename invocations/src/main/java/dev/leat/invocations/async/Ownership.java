package dev.leat.invocations.async;

import dev.leat.store.LeasedRounds;
import dev.leat.store.Leases;
import dev.leat.store.Leases.Held;
import dev.leat.store.Leases.Lease;
import dev.leat.store.Leases.Standing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node takes from the queue, it takes under a lease, whose fencing number is in the rows. A
 * node that was lost does not renew its lease; then another takes that, and with it the right to
 * what the node had, and makes it due again. A node that was only paused finds its lease gone, and
 * begins nothing of what it had taken.
 */
final class Ownership implements AutoCloseable {
  /** A node that was killed has its invocations begun anew after this time, and a second. */
  static final Duration TERM = Duration.ofSeconds(5);

  private static final String PREFIX = "async/";
  private static final Duration RENEWED_EVERY = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);

  private final AsyncStore store;
  private final Leases leases;
  private final String holder = UUID.randomUUID().toString();
  private final LeasedRounds rounds;
  private final Runnable changed;
  private volatile @Nullable Lease lease;

  /**
   * @param changed called when what was taken before is this node's no more
   */
  Ownership(AsyncStore store, Leases leases, Runnable changed) {
    this.store = store;
    this.leases = leases;
    this.changed = changed;
    this.rounds =
        new LeasedRounds(leases, PREFIX + holder, holder, TERM, RENEWED_EVERY, this::renewed);
  }

  void start() {
    rounds.start();
  }

  /** Renews the lease and takes over what lost nodes had, on this thread; for tests. */
  void round() {
    rounds.round();
  }

  /** The number under which this node takes invocations now; 0 while it may not. */
  long fence() {
    Lease now = lease;
    return now != null && now.holds() ? now.fence() : 0;
  }

  private void renewed(Optional<Lease> held) {
    Lease before = lease;
    lease = held.orElse(null);
    // One that lapsed meanwhile may have been another's, though it is ours again.
    if (before != null
        && (!before.holds() || held.filter(it -> it.fence() == before.fence()).isEmpty())) {
      LOG.warn("The lease on taken invocations had lapsed: what has not begun is given back");
      changed.run();
    }
    takeOver();
  }

  /** In this order: whoever has taken something had a lease before. */
  private void takeOver() {
    long own = fence();
    List<Long> owners = store.owners().stream().filter(owner -> owner != own).toList();
    if (owners.isEmpty()) {
      return;
    }
    Standing standing = leases.standing(PREFIX);
    Predicate<Held> isLive = held -> held.until().isAfter(standing.now());
    for (long owner : owners) {
      Optional<Held> held =
          standing.leases().stream().filter(it -> it.fence() == owner).findFirst();
      if (held.isEmpty()) {
        released(owner);
      } else if (!isLive.test(held.get())) {
        leases
            .take(held.get().name(), holder, TERM)
            .ifPresent(taken -> {
              released(owner);
              leases.release(taken);
            });
      }
    }
  }

  private void released(long owner) {
    int count = store.release(owner);
    if (count > 0) {
      LOG.warn("A node was lost: its invocations are begun anew count={}", count);
    }
  }

  /** Gives the lease back, so that others need not wait for what this node still has. */
  @Override
  public void close() {
    rounds.close();
    lease = null;
  }
}
