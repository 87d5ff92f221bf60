package dev.leat.invocations.async;

import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.List;

/**
 * Bodies that are kept apart from the rows of the queue, ahead of the transaction that needs them.
 * Every method blocks and throws {@link StoreFailure} when a store is broken. Laws:
 *
 * <ol>
 *   <li>What {@code keep} has given a name is there for {@link #UNCLAIMED_KEPT}, and from then on
 *       if a row has claimed it by then.
 *   <li>Nothing is kept for good that no row has: what was not claimed, or whose row is gone, is
 *       removed by {@code remove}.
 * </ol>
 */
public interface BodyStore {
  /** How long what no row has claimed is there: longer than anything is under way. */
  Duration UNCLAIMED_KEPT = Duration.ofHours(1);

  /** Whether such a body is to be kept ahead; never blocks. */
  boolean isKeptAhead(byte[] body);

  /** Gives the name by which a row claims it. */
  String keep(TenantId tenant, byte[] body);

  /** No row will claim it. */
  void discard(String name);

  /** Places of an earlier configuration that still have some, which are not removed until then. */
  List<String> elsewhere();

  /** Removes some that nobody has; gives how many, fewer than {@code most} if no more are left. */
  int remove(int most);
}
