/**
 * Asynchronous invocations: what was accepted to be run later, until it has ended and what it came
 * to is not kept any more. The gateway accepts by {@link dev.leat.invocations.async.Accepting},
 * {@link dev.leat.invocations.async.AsyncRunner} runs what the queue holds as the gateway runs
 * calls, and {@link dev.leat.invocations.async.AsyncStore} is the queue. Execution records, one of
 * each attempt, are kept beside it.
 */
@NullMarked
package dev.leat.invocations.async;

import org.jspecify.annotations.NullMarked;
