package dev.leat.invocations.schedule;

import dev.leat.contract.Answer;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.invocations.async.AsyncFunctions.AsyncFunction;

/** The functions that schedules can call now. Never blocks; any thread. */
public interface ScheduledFunctions {
  /** How schedules call. */
  String METHOD = "POST";

  /**
   * What is called now, or why nothing is.
   *
   * @param selector a version or alias; "" for whichever has the traffic
   * @param bytes how much it is called with
   */
  Answer<AsyncFunction> find(FunctionRef function, String selector, int bytes);

  /** Whether there is such a tenant. */
  boolean exists(TenantId tenant);
}
