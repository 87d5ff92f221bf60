/**
 * Tracing, as the rooms know it: the context that travels with a request as {@code traceparent}
 * (W3C Trace Context), finished spans, and the port that takes them. Who exports them is the node's
 * affair; without it the port is {@link dev.leat.contract.trace.Tracing#OFF}, and nothing is made.
 */
@NullMarked
package dev.leat.contract.trace;

import org.jspecify.annotations.NullMarked;
