package dev.leat.cluster;

import dev.leat.store.LeaseLost;
import dev.leat.store.Leases.Lease;
import dev.leat.store.StoreFailure;
import java.util.List;
import java.util.Optional;

/**
 * The rows of the cluster's nodes, as they say themselves. Every method blocks and throws {@link
 * StoreFailure}. Laws:
 *
 * <ol>
 *   <li>What was saved of a name is found whole, in place of what was saved of it before.
 *   <li>Each change is announced, in the transaction that makes it.
 *   <li>Under a lease that was lost nothing is written: {@link LeaseLost}.
 *   <li>Only the named incarnation is removed, not one that came after it.
 *   <li>A row that a newer version wrote is read: a role that is not known here is left out, a
 *       state that is not known counts as {@code DRAINING}.
 * </ol>
 */
public interface NodeStore {
  /**
   * @param claim the node's own lease of its name
   */
  void save(Lease claim, Member member);

  /**
   * @param lease the node's own, or the one under which lost nodes are forgotten
   */
  void remove(Lease lease, String name, long incarnation);

  Optional<Member> find(String name);

  /** All, by name. */
  List<Member> all();
}
