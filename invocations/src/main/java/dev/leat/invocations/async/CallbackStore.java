package dev.leat.invocations.async;

import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The callbacks that are still to be sent. {@link AsyncStore} adds one in the transaction in which
 * an invocation with a callback ends. Every method blocks and throws {@link StoreFailure} when the
 * store is broken. Laws:
 *
 * <ol>
 *   <li>{@code take} gives what is due, tenants taking turns, and nobody else gets the same before
 *       {@code hidden} has passed. It looks at a bounded number of tenants, and the next one goes
 *       on behind them.
 *   <li>What was taken and neither ended nor put off is due again after {@code hidden}.
 *   <li>{@code end} removes one, {@code putOff} has it due again after a time.
 *   <li>Of a tenant with {@link #OF_TENANT_MAX} that are awaited or to be sent, none is accepted
 *       with a callback.
 * </ol>
 */
public interface CallbackStore {
  /** Of one tenant: awaited, or to be sent. Of about 3 KB, so 30 MB. */
  int OF_TENANT_MAX = 10_000;

  /** For how long one is tried. */
  Duration TRIED = Duration.ofHours(24);

  /**
   * @param after the tenant that had its turn last; "" for none
   * @param room how many of a tenant are taken at the most
   */
  Turn take(int most, String after, ToIntFunction<TenantId> room, Duration hidden);

  void end(Callback callback);

  /**
   * @param isCounted false when nothing was sent, so that no attempt was used
   */
  void putOff(Callback callback, Duration delay, boolean isCounted);

  /**
   * @param last the tenant that was looked at last; "" after all were
   */
  record Turn(List<Callback> taken, String last) {}
}
