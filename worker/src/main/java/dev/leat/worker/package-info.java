/**
 * Runs invocations: instance pools for each function version, a bounded set of threads that guest
 * code runs on, and the outcome of each call. An invocation arrives by {@link
 * dev.leat.worker.Worker} and leaves as an {@link dev.leat.contract.Outcome}; modules come from a
 * {@link dev.leat.worker.ModuleSource}. Nothing here knows HTTP servers or tables.
 */
@NullMarked
package dev.leat.worker;

import org.jspecify.annotations.NullMarked;
