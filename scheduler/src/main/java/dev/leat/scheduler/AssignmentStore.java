package dev.leat.scheduler;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.VersionRef;
import dev.leat.store.Leases.Lease;
import java.util.List;
import java.util.Map;

/**
 * Which workers keep which versions warm, as one node of the cluster decided last. Every method
 * blocks and throws {@link dev.leat.store.StoreFailure}. Laws:
 *
 * <ol>
 *   <li>What was written is read until it is replaced, by every node.
 *   <li>{@code replace} writes all or nothing, and leaves other versions as they are.
 *   <li>It writes only while the lease is held; else it throws {@link dev.leat.store.LeaseLost}.
 *   <li>It announces each function whose versions it replaced.
 * </ol>
 */
public interface AssignmentStore {
  /** All, in no order. */
  List<Assignment> all();

  /** Those of the function's versions. */
  List<Assignment> of(FunctionRef function);

  /**
   * Replaces the assignments of these versions.
   *
   * @param instances by version, then by node; of a version that none is to keep: empty
   */
  void replace(Lease lease, Map<VersionRef, Map<String, Integer>> instances);
}
