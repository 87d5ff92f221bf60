package dev.leat.audit.push;

import dev.leat.store.Leases.Lease;

/**
 * How far each sink has got. Laws: {@code sent} gives the last {@code seq} that {@code keep} kept,
 * 0 before the first; {@code keep} keeps nothing for who has lost the lease. Blocks.
 */
public interface PushStore {
  long sent(String sink);

  /**
   * @throws dev.leat.store.LeaseLost if another has the lease
   */
  void keep(Lease lease, String sink, long seq);
}
