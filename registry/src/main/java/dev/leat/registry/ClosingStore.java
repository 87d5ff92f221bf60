package dev.leat.registry;

import dev.leat.contract.TenantId;
import dev.leat.registry.function.FunctionStore;
import dev.leat.store.StoreFailure;
import java.time.Duration;

/**
 * Keeps functions from being added to a tenant while it is deleted. Laws:
 *
 * <ol>
 *   <li>{@code close} gives 0, and from then on {@link FunctionStore#add} is refused for the
 *       tenant, on whichever node, until {@code open} or for {@link #CLOSED_FOR}.
 *   <li>If the tenant has functions, {@code close} gives how many and changes nothing, unless it is
 *       forced. A version added at the same time is counted, or is refused.
 *   <li>{@code open} forgets that the tenant was closed. Whether it was or not, nothing else
 *       changes.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface ClosingStore {
  /**
   * Longer than what is done at once of a deletion, which closes again each time; so short that a
   * tenant whose deletion was cut short, and is not wanted any more, is soon of use.
   */
  Duration CLOSED_FOR = Duration.ofMinutes(2);

  int close(TenantId tenant, boolean isForced);

  void open(TenantId tenant);
}
