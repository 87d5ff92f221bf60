/**
 * HTTP, the only way in: {@link dev.leat.gateway.Gateway} listens, {@link
 * dev.leat.gateway.InvocationPipeline} takes requests for functions through their ordered steps to
 * an {@link dev.leat.contract.Invoker}, and {@code gateway.control} serves the API under {@code
 * /v1}. Knows neither the scheduler nor tables.
 */
@NullMarked
package dev.leat.gateway;

import org.jspecify.annotations.NullMarked;
