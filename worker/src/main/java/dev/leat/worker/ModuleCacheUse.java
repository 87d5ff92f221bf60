package dev.leat.worker;

/**
 * How a worker's compiled modules have been used since the start.
 *
 * @param entries modules kept now
 * @param hits look-ups, for a call or ahead of one, that found theirs
 * @param misses look-ups that had to load it
 */
public record ModuleCacheUse(long entries, long hits, long misses) {}
