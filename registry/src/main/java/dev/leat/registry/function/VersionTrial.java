package dev.leat.registry.function;

import dev.leat.contract.Cancellation;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.TenantId;

/**
 * Brings up an instance of a version before it is deployed, so that none is deployed which cannot
 * run. Laws:
 *
 * <ol>
 *   <li>{@code attempt} ends in bounded time, and uses no more than a call of the version may.
 *   <li>What keeps a version from coming up that is not its own fault is {@code Busy}, never {@code
 *       Refused}.
 *   <li>{@code forget} ends the attempts of a tenant that go on.
 * </ol>
 *
 * {@code attempt} blocks. Safe for several threads.
 */
public interface VersionTrial {
  /**
   * @param cancellation for when nobody waits for the result any more
   */
  Result attempt(FunctionVersion version, Cancellation cancellation);

  void forget(TenantId tenant);

  /** How an attempt ended. */
  sealed interface Result {
    /** It can be called. The instance is the caller's, to be kept or closed. */
    record CameUp(Instance instance) implements Result {}

    /** It does not come up, for this. */
    record Refused(Finding finding) implements Result {}

    /**
     * Nothing is known about it: it was not tried for long enough.
     *
     * @param reason to follow "it was not brought up: "
     */
    record Busy(String reason) implements Result {}
  }

  /** An instance that came up. */
  interface Instance extends AutoCloseable {
    /** Keeps it for the version's first call, where there is room: the version is deployed. */
    void keep();

    /** Lets it go, unless it was kept. */
    @Override
    void close();
  }
}
