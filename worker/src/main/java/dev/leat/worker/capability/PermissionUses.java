package dev.leat.worker.capability;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.permission.PermissionType;

/** Told what guests asked of the host, when a call is over. Must be quick; called by any thread. */
@FunctionalInterface
public interface PermissionUses {
  /** Tells nobody. */
  PermissionUses NONE = (function, type, resource, allowed, denied) -> {};

  /**
   * A call asked for this.
   *
   * @param resource what it was about: short, and without what may be secret of a URL
   * @param allowed how often it was done
   * @param denied how often it was not
   */
  void used(FunctionRef function, PermissionType type, String resource, long allowed, long denied);
}
