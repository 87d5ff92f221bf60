package dev.leat.invocations.async;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import java.time.Duration;

/**
 * Who of a tenant's invocations may run now, beside its synchronous ones. Never blocks; any thread.
 */
public interface Places {
  /** Whether anything of the tenant may run at all. */
  boolean isOpen(TenantId tenant);

  /**
   * @param isRateDue whether the rate of requests is to be asked too: it was not at the acceptance
   */
  Place enter(FunctionRef function, boolean isRateDue);

  sealed interface Place {
    /** It may run; to be told of its end, once. */
    @FunctionalInterface
    non-sealed interface Free extends Place {
      void leave(Usage usage);
    }

    /**
     * A quota is used up.
     *
     * @param retryAfter when to ask again
     * @param isOfTenant whether it is the tenant's, so that none of its functions may run
     */
    record Taken(Duration retryAfter, boolean isOfTenant) implements Place {}
  }
}
