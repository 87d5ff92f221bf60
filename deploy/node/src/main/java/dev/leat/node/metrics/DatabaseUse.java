package dev.leat.node.metrics;

/**
 * How a node uses its database at a moment.
 *
 * @param active connections that somebody has
 * @param idle open connections that nobody has
 * @param waiting threads that wait for one
 * @param max the most connections that there may be
 * @param isAvailable whether the database answers
 */
public record DatabaseUse(int active, int idle, int waiting, int max, boolean isAvailable) {}
