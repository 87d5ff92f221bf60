package dev.leat.engine;

import dev.leat.contract.Cancellation;

/**
 * What a guest may use until the next budget is set.
 *
 * @param fuel units of instructions, at least 0
 * @param deadlineNanos a point of {@link System#nanoTime()}
 * @param cancellation polled while the guest runs
 */
public record Budget(long fuel, long deadlineNanos, Cancellation cancellation) {}
