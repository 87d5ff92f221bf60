package dev.leat.engine;

import dev.leat.contract.Cancellation;

/**
 * What a guest may use until the next budget is set.
 *
 * @param fuel units of instructions, at least 0
 * @param deadlineNanos a point of {@link System#nanoTime()}
 * @param cancellation polled while the guest runs
 * @param pacer asked between slices of fuel
 */
public record GuestBudget(long fuel, long deadlineNanos, Cancellation cancellation, Pacer pacer) {
  /** For the time between calls: nothing may run, and nothing is kept of the last call's budget. */
  public static final GuestBudget NONE = new GuestBudget(0, 0, new Cancellation());

  /** A budget of a guest that nobody holds up. */
  public GuestBudget(long fuel, long deadlineNanos, Cancellation cancellation) {
    this(fuel, deadlineNanos, cancellation, () -> {});
  }

  /** The same budget under this pacer. */
  public GuestBudget pacedBy(Pacer other) {
    return new GuestBudget(fuel, deadlineNanos, cancellation, other);
  }

  /**
   * May hold a running guest up, so that others get the processor. Called on the guest's thread
   * every few tens of microseconds of its running; the time that it takes counts towards the
   * deadline.
   */
  @FunctionalInterface
  public interface Pacer {
    void pause();

    /** Told before the guest's thread waits for something other than the processor. */
    default void rest() {}

    /** Told when that wait is over, however it ended. */
    default void resume() {}
  }
}
