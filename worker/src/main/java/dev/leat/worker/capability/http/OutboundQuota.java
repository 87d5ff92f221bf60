package dev.leat.worker.capability.http;

import dev.leat.contract.FunctionRef;

/** How many requests functions may send. Never blocks; any thread. */
@FunctionalInterface
public interface OutboundQuota {
  OutboundQuota NONE = (function, perMinute) -> true;

  /**
   * Takes one request of what the function and its tenant may send now; false if nothing is left.
   *
   * @param perMinute what the function's manifest says
   */
  boolean tryTake(FunctionRef function, int perMinute);
}
