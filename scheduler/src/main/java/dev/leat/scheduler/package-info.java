/**
 * Decides where an invocation runs. {@link dev.leat.scheduler.Scheduler} admits and drains; in a
 * cluster {@link dev.leat.scheduler.Dispatch} offers each invocation to the workers that {@link
 * dev.leat.scheduler.Placement} chooses. Knows workers only as {@link dev.leat.contract.Invoker}.
 */
@NullMarked
package dev.leat.scheduler;

import org.jspecify.annotations.NullMarked;
