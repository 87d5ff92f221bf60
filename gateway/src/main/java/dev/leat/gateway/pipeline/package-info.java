/**
 * What both walks of a request share: a {@link dev.leat.gateway.pipeline.Pipeline} is a list of
 * named steps, each with the reason for its place; an {@link dev.leat.gateway.pipeline.Exchange} is
 * one request on its way through them. The steps that both walks take are here as well.
 */
@NullMarked
package dev.leat.gateway.pipeline;

import org.jspecify.annotations.NullMarked;
