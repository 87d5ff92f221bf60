/**
 * Walk one: requests below {@code /f/}. {@link dev.leat.gateway.invocation.InvocationPipeline} is
 * the list of its steps; they end at an {@link dev.leat.contract.Invoker}, whose outcome is told as
 * a response or a problem. Knows neither the scheduler nor tables.
 */
@NullMarked
package dev.leat.gateway.invocation;

import org.jspecify.annotations.NullMarked;
