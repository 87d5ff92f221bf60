package dev.leat.worker.capability;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Invocation;
import dev.leat.engine.GuestStopped;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something that the host does for guests, in three phases: link, configure, prepare.
 *
 * <ol>
 *   <li>A guest that was not granted the power has nothing configured. Its imports link all the
 *       same, and answer what is {@link Offer#denied}.
 *   <li>What is configured belongs to one instance, so to one thread at a time. No other instance
 *       and no other tenant reaches it. The power itself is safe for several threads.
 *   <li>Each call is prepared for and ended, the initialisation too; a call ends whatever happens,
 *       also where it was not prepared for to the end.
 * </ol>
 *
 * @param <S> what it keeps for one instance
 */
public interface Power<S> {
  /** Link: the functions that it offers to guests of a contract. Asked once for each contract. */
  List<Offer<S>> link(GuestContract contract);

  /**
   * Configure: what it keeps for one instance of the version, as the version's grant says; empty
   * without one. The grant is the manifest's; each of its functions asks the permits, too.
   *
   * @param permits what the instance may do, whenever it asks
   * @param fixed the time and the randomness that the instance meets; null for the real ones
   * @throws GuestStopped if it cannot serve the grant; says why. The version is then not deployed
   */
  Optional<S> configure(
      FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed);

  /** Prepare: a call begins; nothing of the one before is left. */
  default void prepare(S lent, Invocation invocation) {}

  /**
   * Whether the instance may remember what does not hold any more: it is not used again. Asked
   * before each call.
   */
  default boolean isOutdated(S lent) {
    return false;
  }

  /** The call is over: what it held is given back. Throws nothing. */
  default void end(S lent) {}
}
