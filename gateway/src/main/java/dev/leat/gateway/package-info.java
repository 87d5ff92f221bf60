/**
 * HTTP, the only way in: {@link dev.leat.gateway.Gateway} listens and hands each request to one of
 * two walks, {@code gateway.invocation} for functions and {@code gateway.control} for the API. Both
 * are lists of steps ({@code gateway.pipeline}) over what {@code gateway.http} knows of HTTP.
 */
@NullMarked
package dev.leat.gateway;

import org.jspecify.annotations.NullMarked;
