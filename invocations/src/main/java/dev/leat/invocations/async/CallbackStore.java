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
 *   <li>{@code end} removes one, {@code putOff} and {@code delay} have it due again after a time.
 *       What became of it is found by {@link AsyncStore#find}, for as long as what its invocation
 *       came to is kept, and until that is begun anew.
 *   <li>Of a tenant with {@link #OF_TENANT_MAX} that are awaited or to be sent, none is accepted
 *       with a callback.
 * </ol>
 */
public interface CallbackStore {
  /** Of one tenant: awaited, or to be sent. Of about 3 KB, so 30 MB. */
  int OF_TENANT_MAX = 10_000;

  /** What is kept of why no answer came. */
  int ERROR_CHARS_MAX = 200;

  /** For how long one is tried. */
  Duration TRIED = Duration.ofHours(24);

  /**
   * @param after the tenant that had its turn last; "" for none
   * @param room how many of a tenant are taken at the most
   */
  Turn take(int most, String after, ToIntFunction<TenantId> room, Duration hidden);

  /**
   * It is not tried again.
   *
   * @param state {@link CallbackStatus.State#DELIVERED} or {@link CallbackStatus.State#GIVEN_UP}
   */
  void end(Callback callback, CallbackStatus.State state, Tried last);

  /** An attempt failed. */
  void putOff(Callback callback, Duration delay, Tried last);

  /** Nothing was sent, so no attempt was used. */
  void delay(Callback callback, Duration delay, CallbackStatus.Why why);

  /**
   * What an attempt came to.
   *
   * @param why it failed, if it did
   * @param status of the server's answer; 0 if none came
   * @param error why none came; longer than {@link #ERROR_CHARS_MAX} it is cut
   */
  record Tried(CallbackStatus.Why why, int status, String error) {}

  /**
   * @param last the tenant that was looked at last; "" after all were
   */
  record Turn(List<Callback> taken, String last) {}
}
