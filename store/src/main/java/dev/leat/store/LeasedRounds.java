package dev.leat.store;

import dev.leat.store.Leases.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that one node of a cluster does for all, round by round, under a lease: on a thread of its
 * own, for as long as it is started. A round that fails is followed by the next; while its store is
 * away that is said once.
 */
public final class LeasedRounds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeasedRounds.class);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final Leases leases;
  private final String name;
  private final String holder;
  private final Duration term;
  private final Duration every;
  private final Consumer<Optional<Lease>> work;
  private final ScheduledExecutorService thread;
  private final GuardedRound guarded;
  private Optional<Lease> held = Optional.empty();

  /**
   * @param name of the lease, and of the thread
   * @param holder of the lease: differs with each start of a node
   * @param term of the lease, longer than a round takes
   * @param every how long after a round the next one begins
   * @param work a round, given the lease; empty while another node holds it
   */
  public LeasedRounds(
      Leases leases,
      String name,
      String holder,
      Duration term,
      Duration every,
      Consumer<Optional<Lease>> work) {
    this.leases = leases;
    this.name = name;
    this.holder = holder;
    this.term = term;
    this.every = every;
    this.work = work;
    this.guarded = new GuardedRound(name, LOG);
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name(name).factory());
  }

  public void start() {
    var unused =
        thread.scheduleWithFixedDelay(
            () -> guarded.run(this::round), every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Does a round on this thread; for tests, and otherwise the thread's. */
  public void round() {
    held = leases.take(name, holder, term);
    work.accept(held);
  }

  /**
   * Waits for the round that is under way, and gives the lease back, so that another goes on at
   * once. The round is not interrupted: H2 closes its file when that meets a thread that writes.
   */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (thread.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        held.ifPresent(leases::release);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (StoreFailure e) {
      LOG.info("The lease '{}' lapses by itself cause={}", name, e.toString());
    }
  }
}
