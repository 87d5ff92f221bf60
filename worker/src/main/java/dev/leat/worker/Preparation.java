package dev.leat.worker;

/**
 * What a worker has initialised ahead of invocations since the start.
 *
 * @param instances those that came up
 * @param fuel used by all, with those that did not come up
 */
public record Preparation(long instances, long fuel) {}
