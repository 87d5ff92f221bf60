package dev.leat.store;

import dev.leat.contract.Change;

/**
 * Hands committed changes to those who hold state in memory, on this node and every other of the
 * database. Laws:
 *
 * <ol>
 *   <li>Each subscriber gets each change that is committed after its {@code load}, in the order of
 *       the commits, none lost, none twice.
 *   <li>In place of changes a subscriber may be asked to {@code load}: when more were committed
 *       than are kept, when the database was put back to an earlier state, however far it went on
 *       since, when a change cannot be read. That counts as getting all that were committed before.
 *   <li>A subscriber that fails is asked to {@code load}, again and again until it succeeds, and
 *       gets nothing else before. Others get their changes meanwhile.
 *   <li>A change of a kind that this version does not know is left out.
 *   <li>Subscribers are called one at a time, in the order in which they subscribed, and each sees
 *       what it did before: they need no lock among themselves.
 *   <li>While the database answers, a change is handed over within {@link PolledChangeFeed#EVERY};
 *       at once when {@link #wake} is called. While it is away nothing is lost.
 *   <li>{@link #catchUp} returns true when all that was committed before the call has been taken
 *       over on this node. It tells other nodes to look.
 * </ol>
 */
public interface ChangeFeed {
  /** To be called before the feed is started. */
  void subscribe(Subscriber subscriber);

  /**
   * For who has committed something: takes over what was committed, on this node. Blocks, for a
   * bounded time.
   *
   * @return false if that failed, or took too long. What was committed stays so, and is taken over
   *     as soon as the database answers
   */
  boolean catchUp();

  /** A hint that something was committed elsewhere. Never blocks; once is as good as often. */
  void wake();

  /** Who holds in memory what a database has. Its methods block on stores. */
  interface Subscriber {
    /** Takes over everything from its stores, whatever it holds. */
    void load();

    /** Takes over from its stores what the change names, if that is its own. */
    void changed(Change change);
  }
}
