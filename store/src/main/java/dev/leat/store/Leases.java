package dev.leat.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Who may do what is done once in a cluster. Time is the database's; no node's clock decides. Every
 * method blocks and throws {@link StoreFailure}. Laws:
 *
 * <ol>
 *   <li>At one moment of the database's time at most one holder has a lease of a name.
 *   <li>Each time that the holder changes, also after a release, the fencing number is higher than
 *       all before it of that name.
 *   <li>Its holder renews a lease by taking it again, and keeps its fencing number.
 *   <li>Who was replaced, or let it lapse and lost it to another, is told so by {@code take} and
 *       {@code hold}; the lease of a holder that merely lapsed is renewed.
 *   <li>A transaction in which {@link #hold} returned is committed only while no other holds the
 *       lease: a node that was paused writes nothing any more.
 * </ol>
 */
public interface Leases {
  /** So long {@link #standing} shows a lease that lapsed. */
  Duration REMEMBERED = Duration.ofMinutes(10);

  /**
   * Takes or renews a lease.
   *
   * @param name what it is for, such as {@code placement}; at most 100 characters
   * @param holder who takes it; differs with each start of a node
   * @param term for how long from now
   * @return the lease, or empty while another holds it
   */
  Optional<Lease> take(String name, String holder, Duration term);

  /**
   * In a transaction that writes under a lease, as its first statement: keeps others from taking it
   * until the transaction ends.
   *
   * @throws LeaseLost if another has taken it meanwhile, or it has lapsed; nothing is to be written
   */
  void hold(Handle handle, Lease lease);

  /** Gives it back, if it is still held, so that another need not wait until it lapses. */
  void release(Lease lease);

  /**
   * The leases whose names begin with this, at one moment: those that are held, and those that
   * lapsed in the last {@link #REMEMBERED}; not those that were released.
   */
  Standing standing(String prefix);

  /**
   * @param now the database's time
   */
  record Standing(Instant now, List<Held> leases) {
    public Standing {
      leases = List.copyOf(leases);
    }
  }

  /**
   * @param until of the database's time; it has lapsed if that is not in the future
   */
  record Held(String name, String holder, long fence, Instant until) {}

  /**
   * @param fence the fencing number: higher with each holder
   * @param untilNanos of this JVM's {@link System#nanoTime()}, until when its holder may act on it
   *     without asking again: counted from before the database was asked, so that it ends here
   *     sooner than there
   */
  record Lease(String name, String holder, long fence, long untilNanos) {
    /** Whether its holder may act on it without asking again. */
    public boolean holds() {
      return untilNanos - System.nanoTime() > 0;
    }
  }
}
