package dev.leat.bench;

/**
 * One measured run.
 *
 * @param nanos how long it took
 * @param checksum what it computed, equal on every engine
 */
record Timing(long nanos, long checksum) {}
