package dev.leat.registry.canary;

import dev.leat.contract.FunctionName;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;

/**
 * Where it is kept what the calls of canaries came to. Laws:
 *
 * <ol>
 *   <li>{@code put} sets what one start of a node counted for a canary; doing it again replaces
 *       that. It is kept only while that very canary is under way, and gives whether it is.
 *   <li>{@code sum} adds up what all starts of all nodes put for a rollout.
 *   <li>Of one canary at most {@link #STARTS_MAX} starts are kept; what others put is not.
 *   <li>All goes when the function's next canary begins, with the function, and with the tenant.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface SampleStore {
  /** At up to 20 KB each, 1 MB for a function. */
  int STARTS_MAX = 50;

  /**
   * @param start names this start of this node, and no other
   */
  boolean put(
      TenantId tenant, FunctionName function, int rollout, String start, CanaryFigures figures);

  CanaryFigures sum(TenantId tenant, FunctionName function, int rollout);
}
