/**
 * Decides where an invocation runs. In one JVM that is the local worker; admission and draining
 * live here already, placement over a cluster follows. Knows workers only as {@link
 * dev.leat.contract.Invoker}.
 */
@NullMarked
package dev.leat.scheduler;

import org.jspecify.annotations.NullMarked;
