package dev.leat.worker;

/**
 * How a worker's compiled modules have been used since the start.
 *
 * @param entries modules kept now
 * @param hits calls that found theirs
 * @param misses calls that had to load it
 */
public record ModuleCacheUse(long entries, long hits, long misses) {}
