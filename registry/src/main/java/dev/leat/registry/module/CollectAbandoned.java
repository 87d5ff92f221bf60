package dev.leat.registry.module;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import dev.leat.store.LeasedRounds;
import dev.leat.store.Leases;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what is kept of modules that nobody has, and removes it: what a process left that was
 * killed between a module's bytes and its row, or the other way round. What is kept is looked
 * through a page at a time, once an hour by one node of the cluster.
 */
public final class CollectAbandoned implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CollectAbandoned.class);
  private static final String LEASE = "abandoned-modules";

  /** Far more than publishing takes, so nobody is about to, and more than clocks differ by. */
  static final Duration AGE = Duration.ofHours(1);

  /** Modules that are looked at together. Removing one takes some milliseconds. */
  static final int PAGE = 500;

  private static final Duration LOOK_EVERY = Duration.ofMinutes(1);
  private static final Duration TERM = Duration.ofMinutes(3);
  private static final Duration ROUND_EVERY = Duration.ofHours(1);

  private final ModuleStore modules;
  private final CollectModule collector;
  private final List<Kept> all;
  private final InstantSource clock;
  private final LeasedRounds rounds;
  private Instant next = Instant.MIN;

  /**
   * @param all what keeps parts of modules
   * @param holder of the lease: differs with each start of a node
   */
  public CollectAbandoned(
      ModuleStore modules,
      CollectModule collector,
      List<Kept> all,
      Leases leases,
      String holder,
      InstantSource clock) {
    this.modules = modules;
    this.collector = collector;
    this.all = List.copyOf(all);
    this.clock = clock;
    this.rounds = new LeasedRounds(leases, LEASE, holder, TERM, LOOK_EVERY, this::look);
  }

  public void start() {
    rounds.start();
  }

  /** A minute after a node has taken over, and once an hour then. */
  private void look(Optional<Leases.Lease> lease) {
    Instant now = clock.instant();
    if (lease.isPresent() && !now.isBefore(next)) {
      next = now.plus(ROUND_EVERY);
      int removed = round();
      if (removed > 0) {
        LOG.info("What was left of modules is removed modules={}", removed);
      }
    }
  }

  /** Looks through all that is kept; gives of how many modules something was removed. */
  int round() {
    return all.stream().mapToInt(this::round).sum();
  }

  private int round(Kept kept) {
    int removed = 0;
    Optional<ModuleDigest> last = Optional.empty();
    while (!Thread.currentThread().isInterrupted()) {
      List<StoredModule> page = kept.stored(last, PAGE);
      if (page.isEmpty()) {
        break;
      }
      removed += removed(page);
      last = Optional.of(page.getLast().digest());
    }
    return removed;
  }

  private int removed(List<StoredModule> page) {
    Instant before = clock.instant().minus(AGE);
    Set<ModuleDigest> old =
        page.stream()
            .filter(stored -> stored.at().isBefore(before))
            .map(StoredModule::digest)
            .collect(Collectors.toSet());
    Set<ModuleDigest> unused = modules.unused(old);
    unused.forEach(this::collect);
    return unused.size();
  }

  /** One that cannot be removed must not hinder the others. */
  private void collect(ModuleDigest digest) {
    try {
      collector.collect(digest);
    } catch (StoreFailure e) {
      LOG.warn("What is left of a module stays until the next round module={}", digest, e);
    }
  }

  @Override
  public void close() {
    rounds.close();
  }

  /** Something that keeps parts of modules. */
  @FunctionalInterface
  public interface Kept {
    /**
     * Modules of which something is kept, in the order of their digests.
     *
     * @param after only those behind this one
     */
    List<StoredModule> stored(Optional<ModuleDigest> after, int most);
  }
}
